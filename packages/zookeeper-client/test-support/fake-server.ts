import { createServer, type Server, type Socket } from 'node:net';
import { FrameSplitter } from '../src/wire/frame-splitter.ts';
import { JuteReader } from '../src/wire/jute-reader.ts';
import { JuteWriter } from '../src/wire/jute-writer.ts';

/** A request as a fake server sees it. */
export interface SeenRequest {
  readonly xid: number;
  readonly code: number;
  readonly reader: JuteReader;
}

/** What the fake does with a connection. */
export interface FakeConnection {
  readonly socket: Socket;
  /** Sends a reply; `fill` writes its payload. */
  readonly reply: (xid: number, code?: number, fill?: (writer: JuteWriter) => void, zxid?: bigint) => void;
}

/** What happens at the fake; every default is what ZooKeeper would do, except that nothing is stored. */
export interface FakeBehaviour {
  /** The session's time-out as granted; 0 says that it has expired. Default: as asked for. */
  readonly grantMs?: (askedMs: number, sessionId: bigint) => number;
  readonly onRequest?: (request: SeenRequest, connection: FakeConnection) => void;
  /** The answer to the four-letter command `srvr`. Default: none of the role. */
  readonly srvr?: string;
  /** Takes the place of the protocol: called with what arrives first. */
  readonly speak?: (socket: Socket) => void;
}

/** A server that speaks ZooKeeper's protocol as far as a test tells it to, in this process. */
export class FakeServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: Set<Socket> = new Set();
  readonly #behaviour: FakeBehaviour;
  /** Requests so far, pings and all. */
  readonly requests: SeenRequest[] = [];
  connections = 0;

  private constructor(behaviour: FakeBehaviour) {
    this.#behaviour = behaviour;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static start(behaviour: FakeBehaviour = {}): Promise<FakeServer> {
    const fake = new FakeServer(behaviour);
    return new Promise((resolve) => fake.#server.listen(0, '127.0.0.1', () => resolve(fake)));
  }

  get connectString(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the fake does not listen');
    return `127.0.0.1:${address.port}`;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    if (this.#behaviour.speak !== undefined) {
      this.#behaviour.speak(socket);
      return;
    }
    const splitter = new FrameSplitter(10_000_000);
    let greeted = false;
    socket.on('data', (chunk: Buffer) => {
      if (!greeted && chunk.toString('latin1') === 'srvr') {
        socket.end(this.#behaviour.srvr ?? 'srvr is not executed because it is not in the whitelist.\n');
        return;
      }
      splitter.push(chunk, (frame) => {
        const reader = new JuteReader(Buffer.from(frame));
        if (greeted) this.#request(socket, reader);
        else this.#greet(socket, reader);
        greeted = true;
      });
    });
  }

  #greet(socket: Socket, reader: JuteReader): void {
    reader.int();
    reader.long();
    const askedMs = reader.int();
    const sessionId = reader.long();
    const grantMs = this.#behaviour.grantMs?.(askedMs, sessionId) ?? askedMs;
    send(socket, (writer) => {
      writer.int(0);
      writer.int(grantMs);
      writer.long(grantMs <= 0 ? 0n : sessionId === 0n ? 0x10n : sessionId);
      writer.bytes(new Uint8Array(16).fill(1));
      writer.bool(false);
    });
  }

  #request(socket: Socket, reader: JuteReader): void {
    const request = { xid: reader.int(), code: reader.int(), reader };
    this.requests.push(request);
    const connection: FakeConnection = {
      socket,
      reply: (xid, code = 0, fill = () => {}, zxid = 1n) =>
        send(socket, (writer) => {
          writer.int(xid);
          writer.long(zxid);
          writer.int(code);
          fill(writer);
        }),
    };
    if (this.#behaviour.onRequest === undefined) connection.reply(request.xid);
    else this.#behaviour.onRequest(request, connection);
  }
}

function send(socket: Socket, fill: (writer: JuteWriter) => void): void {
  const writer = new JuteWriter(10_000_000);
  writer.frame(fill);
  socket.write(writer.take());
}
