import { Buffer } from 'node:buffer';
import { createServer } from 'node:net';
import { isKeelsonError, KeelsonError, systemRuntime } from '@keelson/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { byteString, bytes, integer } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { type ConnectGrpcOptions, connectGrpc, type GrpcConnection } from './client.ts';
import type { StreamHandlers } from './client-stream.ts';
import type { Method } from './method.ts';
import { type GrpcServer, type GrpcServerOptions, startGrpcServer } from './server.ts';
import { type CallInfo, type ServerStream, streamHandler, unaryHandler } from './server-handler.ts';
import { GrpcError, GrpcStatus } from './status.ts';

interface Note {
  readonly text: string;
  readonly count: number;
  readonly blob: Uint8Array;
}
const Note: MessageType<Note> = defineMessage<Note>('test.Note', {
  text: byteString(1),
  count: integer(2),
  blob: bytes(3),
});
const method = (name: string): Method<Note, Note> => ({ path: `/test.Notes/${name}`, request: Note, response: Note });
const echo = method('Echo');
const slow = method('Slow');
const fail = method('Fail');
const stream = method('Stream');
const flood = method('Flood');

const runtime = systemRuntime();
let server: GrpcServer | undefined;
let connections: GrpcConnection[] = [];
/** What the server saw. */
let seen: { calls: CallInfo[]; streams: ServerStream<Note>[]; received: Note[]; halfClosed: number; closed: number };
let answerSlow: (note: Partial<Note>) => void;

afterEach(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  connections = [];
  await server?.close({ graceMs: 50 });
});

async function serve(options: Partial<GrpcServerOptions> = {}): Promise<void> {
  // Of this server alone: what is left of an earlier one may still be closing.
  const mine: typeof seen = { calls: [], streams: [], received: [], halfClosed: 0, closed: 0 };
  seen = mine;
  const handlers = [
    unaryHandler(echo, (note, call) => {
      mine.calls.push(call);
      return note;
    }),
    unaryHandler(slow, (_note, call) => {
      mine.calls.push(call);
      return new Promise((resolve) => {
        answerSlow = resolve;
      });
    }),
    unaryHandler(fail, ({ text }) => {
      if (text === 'status') throw new GrpcError(GrpcStatus.outOfRange, 'nicht möglich: 100 %\n');
      if (text === 'keelson') throw new KeelsonError('E_ABORTED', 'given up');
      if (text === 'rejects') return Promise.reject(new GrpcError(GrpcStatus.dataLoss, 'lost'));
      throw new TypeError('a fault of the handler');
    }),
    streamHandler(stream, (call) => {
      mine.streams.push(call);
      return {
        onMessage: (note) => {
          mine.received.push(note);
          if (note.text === 'end') call.end();
          else if (note.text === 'fail') call.fail(new GrpcError(GrpcStatus.aborted, 'that is enough'));
          else if (note.text === 'throw') throw new GrpcError(GrpcStatus.internal, 'thrown');
          else call.send(note);
        },
        onHalfClose: () => {
          mine.halfClosed += 1;
          call.end();
        },
        onClosed: () => {
          mine.closed += 1;
        },
      };
    }),
    streamHandler(flood, (call) => {
      mine.streams.push(call);
      return { onMessage: (note) => mine.received.push(note), onHalfClose: () => {}, onClosed: () => {} };
    }),
  ];
  server = await startGrpcServer({ runtime, host: '127.0.0.1', port: 0, handlers, ...options });
}

async function connect(options: Partial<ConnectGrpcOptions> = {}): Promise<GrpcConnection> {
  const connection = await connectGrpc({ address: `127.0.0.1:${server?.port}`, runtime, ...options });
  connections.push(connection);
  return connection;
}

const errorOf = async (work: Promise<unknown>): Promise<GrpcError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GrpcError) return error;
  throw new Error(`Expected a GrpcError, got ${String(error)}`);
};

/** Handlers that collect, and a promise of the end. */
function collector(): { handlers: StreamHandlers<Note>; texts: string[]; ended: Promise<Error | undefined> } {
  const texts: string[] = [];
  let onEnd: (error: Error | undefined) => void = () => {};
  const ended = new Promise<Error | undefined>((resolve) => {
    onEnd = resolve;
  });
  return { handlers: { onMessage: (note) => texts.push(note.text), onEnd: (error) => onEnd(error) }, texts, ended };
}

const until = async (done: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 5_000 && !done(); turn++) {
    await new Promise<void>((resolve) => runtime.timers.after(1, resolve));
  }
  expect(done()).toBe(true);
};

describe('unary calls', () => {
  it('carry a message there and back, with metadata and time limit', async () => {
    await serve();
    const connection = await connect();
    const blob = Buffer.alloc(300_000, 7);
    const answer = await connection.unary(
      echo,
      { text: 'a', count: -3, blob },
      { metadata: { token: 't' }, timeoutMs: 900 },
    );
    expect(answer).toMatchObject({ text: 'a', count: -3 });
    expect(blob.equals(answer.blob)).toBe(true);
    expect(seen.calls[0]).toMatchObject({ metadata: { token: 't' }, timeoutMs: 900 });
    expect(seen.calls[0]?.requestBytes).toBeGreaterThan(300_000);
  });

  it('run side by side on one connection', async () => {
    await serve();
    const connection = await connect();
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, count) => connection.unary(echo, { text: 'x'.repeat(count), count })),
    );
    expect(answers.map(({ text, count }) => text.length - count)).toEqual(answers.map(() => 0));
  });

  it('end with the status and text that the handler chose', async () => {
    await serve();
    const connection = await connect();
    expect(await errorOf(connection.unary(fail, { text: 'status' }))).toMatchObject({
      status: GrpcStatus.outOfRange,
      message: 'nicht möglich: 100 %\n',
      notProcessed: false,
    });
    expect((await errorOf(connection.unary(fail, { text: 'rejects' }))).status).toBe(GrpcStatus.dataLoss);
    expect((await errorOf(connection.unary(fail, { text: 'keelson' }))).status).toBe(GrpcStatus.cancelled);
    expect(await errorOf(connection.unary(fail, { text: 'other' }))).toMatchObject({
      status: GrpcStatus.internal,
      message: 'a fault of the handler',
    });
  });

  it('end with DEADLINE_EXCEEDED on both sides when time is over', async () => {
    await serve();
    const connection = await connect();
    const error = await errorOf(connection.unary(slow, {}, { timeoutMs: 30 }));
    expect(error).toMatchObject({ status: GrpcStatus.deadlineExceeded, code: 'E_TIMEOUT' });
    await until(() => seen.calls[0]?.signal.aborted ?? false);
  });

  it('end with E_ABORTED when their signal trips, and the server is told', async () => {
    await serve();
    const connection = await connect();
    const controller = new AbortController();
    const call = connection.unary(slow, {}, { signal: controller.signal });
    await until(() => seen.calls.length === 1);
    controller.abort(new Error('changed my mind'));
    await expect(call).rejects.toMatchObject({ code: 'E_ABORTED' });
    await until(() => seen.calls[0]?.signal.aborted ?? false);
    await expect(connection.unary(echo, {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'E_ABORTED',
    });
  });

  it('are refused before their handler where they are not authorized', async () => {
    await serve({
      authorize: (_path, metadata) => {
        if (metadata.token !== 'right') throw new GrpcError(GrpcStatus.unauthenticated, 'who are you?');
      },
    });
    const connection = await connect();
    const error = await errorOf(connection.unary(echo, { blob: new Uint8Array(200_000) }));
    expect(error).toMatchObject({ status: GrpcStatus.unauthenticated, code: 'E_UNAUTHENTICATED' });
    expect(seen.calls).toHaveLength(0);
    expect(await connection.unary(echo, { text: 'a' }, { metadata: { token: 'right' } })).toMatchObject({ text: 'a' });
  });

  it('name what the server does not know, as Go’s servers do', async () => {
    await serve();
    const connection = await connect();
    const unknown = (path: string): Promise<GrpcError> => errorOf(connection.unary({ ...echo, path }, {}));
    expect(await unknown('/test.Notes/Nope')).toMatchObject({
      status: GrpcStatus.unimplemented,
      message: 'unknown method Nope for service test.Notes',
    });
    expect(await unknown('/other.Service/Nope')).toMatchObject({ message: 'unknown service other.Service' });
    expect(await unknown('/nonsense')).toMatchObject({ status: GrpcStatus.unimplemented });
  });

  it('with a message that is too large are refused, and the connection serves on', async () => {
    await serve({ maxMessageBytes: 1_000 });
    const connection = await connect();
    const error = await errorOf(connection.unary(echo, { blob: new Uint8Array(3_000_000) }));
    expect(error).toMatchObject({ status: GrpcStatus.resourceExhausted, code: 'E_TOO_LARGE' });
    expect(await connection.unary(echo, { text: 'still here' })).toMatchObject({ text: 'still here' });
  });

  it('with an answer that is too large fail at the client', async () => {
    await serve();
    const connection = await connect({ maxMessageBytes: 1_000 });
    const error = await errorOf(connection.unary(echo, { blob: new Uint8Array(5_000) }));
    expect(error.status).toBe(GrpcStatus.resourceExhausted);
    expect(await connection.unary(echo, { text: 'small' })).toMatchObject({ text: 'small' });
  });
});

describe('streaming calls', () => {
  it('carry messages both ways, in order, until the client sends no more', async () => {
    await serve();
    const connection = await connect();
    const { handlers, texts, ended } = collector();
    const call = connection.stream(stream, handlers);
    for (let i = 0; i < 1_000; i++) call.send({ text: `${i}` });
    call.end();
    expect(await ended).toBeUndefined();
    expect(texts).toEqual(Array.from({ length: 1_000 }, (_, i) => `${i}`));
    expect(seen).toMatchObject({ halfClosed: 1 });
    await until(() => seen.closed === 1);
  });

  it('end when the server says so, with what it says, after what it sent', async () => {
    await serve();
    const connection = await connect();
    for (const [text, status] of [
      ['end', undefined],
      ['fail', GrpcStatus.aborted],
      ['throw', GrpcStatus.internal],
    ] as const) {
      const { handlers, texts, ended } = collector();
      const call = connection.stream(stream, handlers);
      call.send({ text: 'first' });
      call.send({ text });
      call.send({ text: 'too late' });
      const error = await ended;
      expect(error === undefined ? undefined : (error as GrpcError).status, text).toBe(status);
      expect(texts, text).toEqual(['first']);
      expect(call.send({ text: 'after the end' })).toBe(true);
      await expect(call.drained()).rejects.toMatchObject({ code: 'E_CLOSED' });
    }
  });

  it('end with E_ABORTED when the client gives up, and the server is told', async () => {
    await serve();
    const connection = await connect();
    const { handlers, ended } = collector();
    const call = connection.stream(stream, handlers);
    call.send({ text: 'a' });
    await until(() => seen.received.length === 1);
    call.cancel('no longer needed');
    call.cancel('twice');
    expect(await ended).toMatchObject({ code: 'E_ABORTED', cause: 'no longer needed' });
    await until(() => seen.closed === 1);
    expect(seen.streams[0]?.signal.aborted).toBe(true);
    expect(seen.streams[0]?.send({ text: 'into the void' })).toBe(true);
  });

  it('hold a server back that sends faster than the client reads', async () => {
    await serve();
    const connection = await connect();
    let received = 0;
    const call = connection.stream(flood, { onMessage: () => (received += 1), onEnd: () => {} });
    call.pause();
    call.send({});
    await until(() => seen.streams.length === 1);
    const [sender] = seen.streams;
    const blob = new Uint8Array(100_000);
    let sent = 0;
    for (let more = true; more; sent += 1) more = sender?.send({ blob }) ?? false;
    expect(sent).toBeLessThan(100);
    expect(sender?.writable).toBe(false);
    call.resume();
    await until(() => received === sent && (sender?.writable ?? false));
  });

  it('read no requests from a client that does not read answers', async () => {
    await serve();
    const connection = await connect();
    const { handlers } = collector();
    const call = connection.stream(stream, handlers);
    call.pause();
    const blob = new Uint8Array(200_000);
    let drained = true;
    for (let i = 0; i < 200 && drained; i++) {
      if (!call.send({ blob })) {
        drained = await Promise.race([
          call.drained().then(() => true),
          new Promise<boolean>((resolve) => runtime.timers.after(200, () => resolve(false))),
        ]);
      }
    }
    // Two windows and what the sockets hold; 40 MB would have come through otherwise.
    expect(drained).toBe(false);
    expect(seen.received.length).toBeLessThan(100);
    call.resume();
    await call.drained();
  });

  it('keep the end back until a paused reader has taken every message', async () => {
    await serve();
    const connection = await connect();
    const { handlers, texts, ended } = collector();
    const call = connection.stream(stream, handlers);
    call.send({ text: 'a' });
    call.send({ text: 'b' });
    call.end();
    call.pause();
    await until(() => seen.closed === 1 || seen.halfClosed === 1);
    let over = false;
    const end = ended.then((error) => {
      over = true;
      return error;
    });
    await new Promise<void>((resolve) => runtime.timers.after(20, resolve));
    if (texts.length < 2) expect(over).toBe(false);
    call.resume();
    expect(await end).toBeUndefined();
    expect(texts).toEqual(['a', 'b']);
  });

  it('have a time limit only where one is given', async () => {
    await serve();
    const connection = await connect();
    const { handlers, ended } = collector();
    connection.stream(stream, handlers, { timeoutMs: 30 }).send({ text: 'a' });
    expect(await ended).toMatchObject({ status: GrpcStatus.deadlineExceeded });
  });
});

describe('connections', () => {
  it('tell that nothing listens, and that no call was processed', async () => {
    await serve();
    const address = `127.0.0.1:${server?.port}`;
    await server?.close();
    expect(await errorOf(connectGrpc({ address, runtime }))).toMatchObject({
      status: GrpcStatus.unavailable,
      notProcessed: true,
    });
  });

  it('end in time where a server accepts and says nothing', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const connection = await connectGrpc({
      address: `127.0.0.1:${port}`,
      runtime,
      keepAliveMs: 30,
      keepAliveTimeoutMs: 30,
    });
    const call = errorOf(connection.unary(echo, {}));
    const closed = new Promise<GrpcError>((resolve) => connection.onClosed(resolve));
    expect((await closed).status).toBe(GrpcStatus.unavailable);
    expect((await call).status).toBe(GrpcStatus.unavailable);
    expect(connection.closed).toBe(true);
    silent.close();
  });

  it('answer a PING', async () => {
    await serve();
    const connection = await connect();
    expect(await connection.ping()).toBeGreaterThanOrEqual(0);
    await connection.close();
    await expect(connection.ping()).rejects.toMatchObject({ code: 'E_UNAVAILABLE', notProcessed: true });
  });

  it('refuse calls once closed, and end those under way', async () => {
    await serve();
    const connection = await connect();
    const { handlers, ended } = collector();
    connection.stream(stream, handlers);
    const call = errorOf(connection.unary(slow, {}));
    await until(() => seen.calls.length === 1);
    await connection.close();
    await connection.close();
    expect(isKeelsonError(await ended)).toBe(true);
    expect((await call).notProcessed).toBe(false);
    expect(await errorOf(connection.unary(echo, {}))).toMatchObject({
      status: GrpcStatus.unavailable,
      notProcessed: true,
    });
    expect(() => connection.stream(stream, handlers)).toThrow(GrpcError);
  });

  it('let calls under way finish when the server goes, end streams, and take no new calls', async () => {
    await serve();
    const connection = await connect();
    const { handlers, ended } = collector();
    connection.stream(stream, handlers).send({ text: 'a' });
    const call = connection.unary(slow, {});
    await until(() => seen.calls.length === 1 && seen.received.length === 1);
    const closed = new Promise<GrpcError>((resolve) => connection.onClosed(resolve));
    const closing = server?.close({ error: new GrpcError(GrpcStatus.unavailable, 'good night') });
    await closed;
    expect((await errorOf(connection.unary(echo, {}))).notProcessed).toBe(true);
    expect(await ended).toMatchObject({ status: GrpcStatus.unavailable, message: 'good night' });
    answerSlow({ text: 'made it' });
    expect(await call).toMatchObject({ text: 'made it' });
    await closing;
  });

  it('are cut off when a closing server has waited long enough', async () => {
    await serve();
    const connection = await connect();
    const call = errorOf(connection.unary(slow, {}));
    await until(() => seen.calls.length === 1);
    await server?.close({ graceMs: 20 });
    expect(await call).toMatchObject({ status: GrpcStatus.unavailable, notProcessed: false });
  });

  it('cannot be had where the port is taken', async () => {
    await serve();
    const again = startGrpcServer({ runtime, host: '127.0.0.1', port: server?.port ?? 0, handlers: [] });
    await expect(again).rejects.toMatchObject({ code: 'E_ADDRESS_IN_USE' });
    const nowhere = startGrpcServer({ runtime, host: '203.0.113.1', port: 0, handlers: [] });
    await expect(nowhere).rejects.toMatchObject({ code: 'E_INVALID_ARGUMENT' });
  });
});
