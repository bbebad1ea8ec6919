import { createServer } from 'node:net';
import { FaultyLink, type LinkFaults } from './faulty-link.ts';
import { freePort } from './free-port.ts';
import { listenOn } from './listen-on.ts';

/** A TCP proxy on 127.0.0.1 that can be told to misbehave. */
export interface TcpProxy extends LinkFaults, AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

/** Forwards a free port of 127.0.0.1 to `targetPort` of 127.0.0.1. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const link = new FaultyLink();
  const listener = createServer({ pauseOnConnect: true }, (client) => link.carry(client, targetPort));
  const port = await freePort();
  const stopListening = await listenOn(listener, port);
  const close = async (): Promise<void> => {
    link.end();
    await stopListening();
  };
  return {
    port,
    get connections() {
      return link.connections;
    },
    cut: () => link.cut(),
    freeze: () => link.freeze(),
    freezeOneWay: (direction) => link.freezeOneWay(direction),
    slow: (options) => link.slow(options),
    restore: () => link.restore(),
    holdReplies: (ms) => link.holdReplies(ms),
    loseNextReply: () => link.loseNextReply(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
