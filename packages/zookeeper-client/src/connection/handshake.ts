import { type CallOptions, isKeelsonError, KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import type { ServerAddress } from '../connect-string.ts';
import { JuteReader, malformed } from '../wire/jute-reader.ts';
import { JuteWriter } from '../wire/jute-writer.ts';
import { OpCode, Xid } from '../wire/op-code.ts';
import {
  type ConnectRequest,
  type ConnectResponse,
  readConnectResponse,
  writeConnectRequest,
} from '../wire/records.ts';
import { ResultCode, resultError } from '../wire/result-code.ts';
import { Channel, type ZooKeeperTls } from './channel.ts';
import { answerChallenge, checkServerProof, type SaslUser } from './sasl-digest-md5.ts';

/** Credentials added to a session, such as scheme `digest` with `user:password`. */
export interface AuthInfo {
  readonly scheme: string;
  readonly auth: string | Uint8Array;
}

/** What a client needs to know to begin a connection. */
export interface HandshakeOptions {
  readonly runtime: Runtime;
  readonly tls: ZooKeeperTls | undefined;
  readonly auth: readonly AuthInfo[];
  readonly sasl: SaslUser | undefined;
  readonly maxResponseBytes: number;
}

/** A connection that is ready for requests. */
export interface Established {
  readonly channel: Channel;
  readonly response: ConnectResponse;
  /** When the session was asked for, on the monotonic clock. */
  readonly sentMs: number;
}

const MAX_HANDSHAKE_BYTES = 1024 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Opens a connection, begins or takes up a session on it, and authenticates. Rejects with `E_UNAVAILABLE` (also for what speaks
 * another protocol), `E_TIMEOUT`, or `E_UNAUTHENTICATED`. A session that has expired is no failure: its `timeoutMs` is 0 or less.
 */
export async function establish(
  options: HandshakeOptions,
  server: ServerAddress,
  request: ConnectRequest,
  limits: CallOptions,
): Promise<Established> {
  const dialogue = new Dialogue(options, server);
  try {
    return await withDeadline(options.runtime, limits, 5_000, () => dialogue.run(request));
  } catch (error) {
    dialogue.abandon(error);
    throw error;
  }
}

/** The first exchange of a connection: one question at a time. */
class Dialogue {
  readonly #options: HandshakeOptions;
  readonly #channel: Channel;
  readonly #writer = new JuteWriter(MAX_HANDSHAKE_BYTES);
  #answer: ((frame: Buffer) => void) | undefined;
  #fail: ((error: KeelsonError) => void) | undefined;
  #lost: KeelsonError | undefined;
  #xid = 0;

  constructor(options: HandshakeOptions, server: ServerAddress) {
    this.#options = options;
    this.#channel = new Channel(server, options.tls, options.maxResponseBytes, {
      onFrame: (frame) => {
        if (this.#answer === undefined) throw malformed('an answer to nothing');
        const answer = this.#answer;
        this.#answer = undefined;
        answer(Buffer.from(frame));
      },
      onPause: () => {},
      onClosed: (error) => {
        this.#lost = error;
        this.#fail?.(error);
      },
    });
  }

  async run(request: ConnectRequest): Promise<Established> {
    await this.#opened();
    const sentMs = this.#options.runtime.clock.monotonicMs();
    const answer = await this.#ask((writer) => writeConnectRequest(writer, request));
    const response = readConnectResponse(answer);
    if (response.timeoutMs > 0) {
      if (response.readOnly) throw new KeelsonError('E_UNAVAILABLE', 'The server is read-only: it has no quorum.');
      for (const info of this.#options.auth) await this.#authenticate(info);
      if (this.#options.sasl !== undefined) await this.#signIn(this.#options.sasl);
    }
    return { channel: this.#channel, response, sentMs };
  }

  abandon(reason: unknown): void {
    const error = isKeelsonError(reason)
      ? reason
      : new KeelsonError('E_UNAVAILABLE', 'The connection could not be made.', { cause: reason });
    this.#channel.destroy(error);
  }

  #opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#lost !== undefined) reject(this.#lost);
      this.#channel.whenOpen(resolve);
    });
  }

  #ask(fill: (writer: JuteWriter) => void): Promise<JuteReader> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#answer = (frame) => resolve(new JuteReader(frame));
      if (this.#lost !== undefined) return reject(this.#lost);
      this.#writer.frame(fill);
      this.#channel.write(this.#writer.take());
    });
  }

  /** Adds credentials; ZooKeeper closes the connection after refusing any. */
  async #authenticate({ scheme, auth }: AuthInfo): Promise<void> {
    const reader = await this.#ask((writer) => {
      writer.int(Xid.auth);
      writer.int(OpCode.auth);
      writer.int(0);
      writer.text(scheme);
      writer.bytes(typeof auth === 'string' ? encoder.encode(auth) : auth);
    });
    const { code } = readReplyHeader(reader);
    if (code !== ResultCode.ok) throw resultError(code, `authentication by ${scheme}`, undefined);
  }

  async #signIn(user: SaslUser): Promise<void> {
    const challenge = await this.#saslStep('');
    const nonce = Buffer.from(this.#options.runtime.random.bytes(18)).toString('base64url');
    const { response, serverProof } = answerChallenge(challenge, user, nonce);
    checkServerProof(await this.#saslStep(response), serverProof);
  }

  async #saslStep(token: string): Promise<string> {
    this.#xid += 1;
    let reader: JuteReader;
    try {
      reader = await this.#ask((writer) => {
        writer.int(this.#xid);
        writer.int(OpCode.sasl);
        writer.bytes(encoder.encode(token));
      });
    } catch (cause) {
      // A server that finds the answer wrong says nothing more and hangs up.
      if (token === '' || this.#lost === undefined) throw cause;
      throw new KeelsonError('E_UNAUTHENTICATED', 'The server did not accept the user and password.', { cause });
    }
    const { code } = readReplyHeader(reader);
    if (code !== ResultCode.ok) throw resultError(ResultCode.authFailed, 'authentication by SASL', undefined);
    return decoder.decode(reader.bytes());
  }
}

/** What stands before every reply. */
export function readReplyHeader(reader: JuteReader): { xid: number; zxid: bigint; code: number } {
  return { xid: reader.int(), zxid: reader.long(), code: reader.int() };
}
