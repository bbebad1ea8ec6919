import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { KeelsonError } from '@keelson/runtime';
import { type ServerAddress, serverName } from '../connect-string.ts';
import { FrameSplitter } from '../wire/frame-splitter.ts';

/** As much as one read brings at most. */
const READ_BUFFER_BYTES = 64 * 1024;

/** How servers are spoken to over TLS. */
export interface ZooKeeperTls {
  /** Authorities to trust, PEM; default: the system's. */
  readonly ca?: string | Uint8Array;
  /** The client's own certificate, PEM, with `key`. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The name the server's certificate must have; default: the host connected to. */
  readonly serverName?: string;
}

/** What happens on a channel. `onClosed` comes once and last. */
export interface ChannelSink {
  /** The frame is only valid during the call. */
  onFrame(frame: Buffer): void;
  /** All frames of what has just arrived have been given. */
  onPause(): void;
  onClosed(error: KeelsonError): void;
}

/** Where a connection ended up: the address behind the name that was connected to. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/** One connection to one server: bytes out, frames in. */
export class Channel {
  readonly server: ServerAddress;
  readonly #socket: Socket;
  readonly #splitter: FrameSplitter;
  #sink: ChannelSink;
  #closed = false;

  constructor(server: ServerAddress, tls: ZooKeeperTls | undefined, maxFrameBytes: number, sink: ChannelSink) {
    this.server = server;
    this.#sink = sink;
    this.#splitter = new FrameSplitter(maxFrameBytes);
    this.#socket = open(server, tls, (chunk) => this.#received(chunk));
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.#lost(error));
    // The server hung up; the socket itself would wait until what is written has gone.
    this.#socket.on('end', () => this.#lost());
    this.#socket.on('close', () => this.#lost());
  }

  /** The server's address as the socket knows it; `undefined` once the connection is gone. */
  get peer(): PeerAddress | undefined {
    const { remoteAddress: host, remotePort: port } = this.#socket;
    return host === undefined || port === undefined ? undefined : { host, port };
  }

  /** Who is told from now on. */
  handOver(sink: ChannelSink): void {
    this.#sink = sink;
  }

  /** Calls `run` once bytes can be sent. */
  whenOpen(run: () => void): void {
    this.#socket.once('encrypted' in this.#socket ? 'secureConnect' : 'connect', run);
  }

  write(bytes: Buffer): void {
    if (!this.#closed) this.#socket.write(bytes);
  }

  /** Ends the connection at once. The sink is told with `error`. */
  destroy(error: KeelsonError): void {
    this.#lost(error);
  }

  #received(chunk: Buffer): void {
    if (this.#closed) return;
    try {
      this.#splitter.push(chunk, (frame) => {
        if (!this.#closed) this.#sink.onFrame(frame);
      });
      if (!this.#closed) this.#sink.onPause();
    } catch (error) {
      // Whatever does not decode makes everything after it meaningless.
      this.#lost(error);
    }
  }

  #lost(cause?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#sink.onClosed(channelError(this.server, cause));
  }
}

/** Opens a connection. A chunk given to `received` is only valid during the call. */
function open(server: ServerAddress, tls: ZooKeeperTls | undefined, received: (chunk: Buffer) => void): Socket {
  const { host, port } = server;
  return tls === undefined ? openTcp(host, port, received) : openTls(host, port, tls).on('data', received);
}

/**
 * Reads go into one buffer for the life of the connection, past the machinery of streams, where a client that asks one thing at a time
 * would spend much of its time.
 */
function openTcp(host: string, port: number, received: (chunk: Buffer) => void): Socket {
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const callback = (size: number): boolean => {
    received(buffer.subarray(0, size));
    return true;
  };
  return connectTcp({ host, port, onread: { buffer, callback } });
}

/** Opens a connection over TLS. */
export function openTls(host: string, port: number, tls: ZooKeeperTls): Socket {
  const { ca, cert, key, serverName: name } = tls;
  const text = (pem: string | Uint8Array): string | Buffer => (typeof pem === 'string' ? pem : Buffer.from(pem));
  return connectTls({
    host,
    port,
    ...(ca === undefined ? {} : { ca: text(ca) }),
    ...(cert === undefined ? {} : { cert: text(cert) }),
    ...(key === undefined ? {} : { key: text(key) }),
    ...(name === undefined ? {} : { servername: name }),
  });
}

/** A loss as an error of the catalogue; one that is such an error already says more than the connection knows. */
function channelError(server: ServerAddress, cause: unknown): KeelsonError {
  if (cause instanceof KeelsonError) return cause;
  const name = serverName(server);
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new KeelsonError('E_UNAVAILABLE', `The connection to ZooKeeper at ${name} was lost${why}.`, {
    ...(cause === undefined ? {} : { cause }),
    details: { server: name },
  });
}
