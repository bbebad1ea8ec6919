import { readFileSync } from 'node:fs';
import http2, { type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { type Logger, silentLogger, systemRuntime } from '@keelson/runtime';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byteString } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { connectGrpc } from './client.ts';
import type { Method } from './method.ts';
import { type GrpcServer, startGrpcServer } from './server.ts';
import { streamHandler, unaryHandler } from './server-handler.ts';
import { GrpcError } from './status.ts';

interface Note {
  readonly text: string;
}
const Note: MessageType<Note> = defineMessage<Note>('test.Note', { text: byteString(1) });
const echo: Method<Note, Note> = { path: '/test.Notes/Echo', request: Note, response: Note };
const stream: Method<Note, Note> = { path: '/test.Notes/Stream', request: Note, response: Note };
const complaints: string[] = [];
const complain: Logger['error'] = (_fields, message) => void complaints.push(message);
const logger: Logger = { ...silentLogger, warn: complain, error: complain, child: () => logger };
const runtime = systemRuntime({ logger });
const frame = (flag: number, length: number, body: Uint8Array = new Uint8Array(0)): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, body]);
};

describe('a server given bad input', () => {
  let server: GrpcServer;

  beforeEach(async () => {
    server = await startGrpcServer({
      runtime,
      host: '127.0.0.1',
      port: 0,
      maxMessageBytes: 1_000,
      handlers: [
        unaryHandler(echo, (note) => note),
        streamHandler(stream, (call) => ({
          onMessage: (note) => call.send(note),
          onHalfClose: () => call.end(),
          onClosed: () => {},
        })),
      ],
    });
  });
  afterEach(async () => {
    await server.close({ graceMs: 10 });
    // What any client can cause must not fill the log.
    expect(complaints.splice(0)).toEqual([]);
  });

  /** What came back for a request made by hand. */
  async function request(headers: OutgoingHttpHeaders, ...chunks: Buffer[]): Promise<Record<string, unknown>> {
    const session = http2.connect(`http://127.0.0.1:${server.port}`);
    session.on('error', () => {});
    const call = session.request({
      ':method': 'POST',
      ':path': echo.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const said: Record<string, unknown> = {};
    call.on('response', (answer) => Object.assign(said, answer));
    call.on('trailers', (trailers) => Object.assign(said, trailers));
    call.on('error', () => {});
    call.resume();
    for (const chunk of chunks) call.write(chunk);
    call.end();
    await new Promise((resolve) => call.on('close', resolve));
    session.destroy();
    return said;
  }

  it.each([
    ['a compressed message', {}, [frame(1, 2, Buffer.from('0a00', 'hex'))], '13'],
    ['a message above the limit', {}, [frame(0, 2_000)], '8'],
    ['a message of 4 GiB', {}, [frame(0, 0xffff_ffff)], '8'],
    ['a message cut short', {}, [frame(0, 10, Buffer.from('0a'))], '13'],
    ['half a prefix', {}, [Buffer.from([0, 0])], '13'],
    ['no message', {}, [], '13'],
    ['bytes that are no message', {}, [frame(0, 3, Buffer.from('ffffff', 'hex'))], '13'],
    ['two messages for one', {}, [frame(0, 0), frame(0, 0)], '0'],
    ['a compression that was not agreed on', { 'grpc-encoding': 'gzip' }, [frame(0, 0)], '12'],
    ['an unknown method', { ':path': '/test.Notes/Nope' }, [frame(0, 0)], '12'],
  ])('answers %s with a status', async (_what, headers, chunks, status) => {
    expect(await request(headers, ...chunks)).toMatchObject({ ':status': 200, 'grpc-status': status });
  });

  it('answers what is not gRPC with an HTTP status', async () => {
    expect(await request({ ':method': 'GET' })).toMatchObject({ ':status': 405 });
    expect(await request({ 'content-type': 'application/json' }, Buffer.from('{}'))).toMatchObject({ ':status': 415 });
    const session = http2.connect(`http://127.0.0.1:${server.port}`);
    const call = session.request({ ':method': 'POST', ':path': echo.path });
    const headers = await new Promise((resolve) => call.on('response', resolve));
    expect(headers).toMatchObject({ ':status': 415 });
    session.destroy();
  });

  it('takes a malformed time limit for none', async () => {
    const answer = await request({ 'grpc-timeout': 'soon' }, frame(0, 0));
    expect(answer).toMatchObject({ 'grpc-status': '0' });
  });

  it('ends a stream with a status when a message in it cannot be read', async () => {
    const good = frame(0, 3, Buffer.from('0a0141', 'hex'));
    const bad = frame(0, 1, Buffer.from('ff', 'hex'));
    expect(await request({ ':path': stream.path }, good, bad)).toMatchObject({ 'grpc-status': '13' });
  });

  it('outlives any bytes', async () => {
    const session = http2.connect(`http://127.0.0.1:${server.port}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 }), async (chunks) => {
        const answer = await request({}, ...chunks.map((chunk) => Buffer.from(chunk)));
        expect(answer).toHaveProperty('grpc-status');
      }),
      { numRuns: 50 },
    );
    for (const raw of [
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      '\0'.repeat(500),
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage here',
    ]) {
      const socket = connectSocket(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.end(raw);
      await new Promise((resolve) => socket.on('close', resolve));
    }
    session.destroy();
    const connection = await connectGrpc({ address: `127.0.0.1:${server.port}`, runtime });
    expect(await connection.unary(echo, { text: 'alive' })).toEqual({ text: 'alive' });
    await connection.close();
  });
});

describe('a client given bad input', () => {
  /** Calls a server made by hand and gives the error of the call. */
  async function errorFrom(answer: (stream: ServerHttp2Stream) => void): Promise<GrpcError> {
    const server = http2.createServer();
    server.on('stream', (call) => {
      call.on('error', () => {});
      call.resume();
      answer(call);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connection = await connectGrpc({ address: `127.0.0.1:${port}`, runtime });
    const error: unknown = await connection.unary(echo, {}).catch((reason: unknown) => reason);
    await connection.close();
    server.close();
    if (error instanceof GrpcError) return error;
    throw new Error(`Expected a GrpcError, got ${String(error)}`);
  }

  const ok: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc' };
  const reply =
    (headers: OutgoingHttpHeaders, body: Uint8Array | undefined, trailers?: OutgoingHttpHeaders) =>
    (call: ServerHttp2Stream): void => {
      if (trailers !== undefined) call.on('wantTrailers', () => call.sendTrailers(trailers));
      call.respond(headers, { endStream: body === undefined, waitForTrailers: trailers !== undefined });
      if (body !== undefined) call.end(body);
    };

  it.each([
    ['an HTTP error of a proxy', reply({ ':status': 503 }, Buffer.from('down')), 14],
    ['HTTP 404', reply({ ':status': 404 }, undefined), 12],
    ['HTTP 401', reply({ ':status': 401 }, undefined), 16],
    ['HTTP 403', reply({ ':status': 403 }, undefined), 7],
    ['HTTP 400', reply({ ':status': 400 }, undefined), 13],
    ['HTTP 302', reply({ ':status': 302 }, undefined), 2],
    ['a web page', reply({ ':status': 200, 'content-type': 'text/html' }, Buffer.from('<p>')), 2],
    ['an error in the headers', reply({ ...ok, 'grpc-status': 5, 'grpc-message': 'gone' }, undefined), 5],
    ['no trailers', reply(ok, frame(0, 0)), 14],
    ['trailers without a status', reply(ok, frame(0, 0), { other: '1' }), 2],
    ['a status that is no number', reply(ok, frame(0, 0), { 'grpc-status': 'fine' }), 2],
    ['no message', reply(ok, Buffer.alloc(0), { 'grpc-status': '0' }), 13],
    ['half a message', reply(ok, frame(0, 9), { 'grpc-status': '0' }), 13],
    ['a compressed message', reply(ok, frame(1, 0), { 'grpc-status': '0' }), 13],
    ['a message that cannot be read', reply(ok, frame(0, 1, Buffer.from('ff', 'hex')), { 'grpc-status': '0' }), 13],
    ['a refusal', (call: ServerHttp2Stream) => call.close(http2.constants.NGHTTP2_REFUSED_STREAM), 14],
    ['a cut', (call: ServerHttp2Stream) => call.session?.destroy(), 14],
    ['too many calls', (call: ServerHttp2Stream) => call.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM), 8],
    ['too little security', (call: ServerHttp2Stream) => call.close(http2.constants.NGHTTP2_INADEQUATE_SECURITY), 7],
  ])('makes a status of %s', async (what, answer, status) => {
    const error = await errorFrom(answer);
    expect(error.status).toBe(status);
    expect(error.notProcessed).toBe(what === 'a refusal');
  });
});

describe('TLS', () => {
  const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url));

  it('is trusted by its authority alone', async () => {
    const server = await startGrpcServer({
      runtime,
      host: '127.0.0.1',
      port: 0,
      handlers: [unaryHandler(echo, (note) => note)],
      tls: { cert: fixture('server.pem'), key: fixture('server-key.pem') },
    });
    const address = `127.0.0.1:${server.port}`;
    const connection = await connectGrpc({ address, runtime, tls: { ca: fixture('ca.pem') } });
    expect(await connection.unary(echo, { text: 'secret' })).toEqual({ text: 'secret' });
    await connection.close();
    await expect(connectGrpc({ address, runtime, tls: {} })).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    const clear = await connectGrpc({ address, runtime }).catch((error: unknown) => error);
    if (!(clear instanceof Error)) {
      const open = clear as Awaited<ReturnType<typeof connectGrpc>>;
      await expect(open.unary(echo, {}, { timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
      await open.close();
    }
    await server.close({ graceMs: 10 });
  });
});
