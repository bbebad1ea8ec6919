import { createServer } from 'node:net';
import { systemRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { FakeServer } from '../test-support/fake-server.ts';
import { endSession } from './index.ts';
import { FrameSplitter } from './wire/frame-splitter.ts';
import { OpCode } from './wire/op-code.ts';
import { ResultCode } from './wire/result-code.ts';

const session = { id: 0x77n, password: new Uint8Array(16).fill(2) };
const limits = { session, runtime: systemRuntime(), sessionTimeoutMs: 3_000 };

describe('the end of a session from outside', () => {
  it('asks for the session and closes it in one message, before anything was answered', async () => {
    const frames: Buffer[] = [];
    await using fake = await FakeServer.start({
      speak: (socket) => {
        const splitter = new FrameSplitter(1_000);
        socket.once('data', (chunk: Buffer) => {
          splitter.push(chunk, (frame) => frames.push(Buffer.from(frame)));
          socket.destroy();
        });
      },
    });
    const { connectString } = fake;
    await expect(endSession({ ...limits, connectString, timeoutMs: 100 })).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    const [connect, close] = frames;
    expect(connect?.readBigInt64BE(16)).toBe(0x77n);
    expect(close?.readInt32BE(4)).toBe(OpCode.closeSession);
  });

  it('is done when it is answered, and does nothing else', async () => {
    await using fake = await FakeServer.start();
    await endSession({ ...limits, connectString: fake.connectString });
    expect(fake.requests.map(({ code }) => code)).toEqual([OpCode.closeSession]);
    expect(fake.connections).toBe(1);
  });

  it('is no failure where it has ended already, by the first answer or by the second', async () => {
    await using gone = await FakeServer.start({ grantMs: () => 0, onRequest: () => {} });
    await endSession({ ...limits, connectString: gone.connectString });
    await using going = await FakeServer.start({
      onRequest: ({ xid }, { reply }) => reply(xid, ResultCode.sessionExpired),
    });
    await endSession({ ...limits, connectString: going.connectString });
    expect([gone.connections, going.connections]).toEqual([1, 1]);
  });

  it('is asked of the next server where one is away, silent or breaks off', async () => {
    await using breaks = await FakeServer.start({ speak: (socket) => socket.destroy() });
    await using silent = await FakeServer.start({ onRequest: () => {} });
    const away = await unusedAddress();
    await using good = await FakeServer.start();
    const connectString = [breaks, silent, good].map((fake) => fake.connectString).join(',');
    await endSession({ ...limits, connectString: `${away},${connectString}` });
    expect(good.requests).toHaveLength(1);
  });

  it('is given up in time, and told so where it is refused', async () => {
    const connectString = await unusedAddress();
    await expect(endSession({ ...limits, connectString, timeoutMs: 50 })).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    await using refuses = await FakeServer.start({
      onRequest: ({ xid }, { reply }) => reply(xid, ResultCode.authFailed),
    });
    const refused = endSession({ ...limits, connectString: refuses.connectString });
    await expect(refused).rejects.toMatchObject({ code: 'E_UNAUTHENTICATED' });
  });
});

/** Where nobody listens. */
async function unusedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}
