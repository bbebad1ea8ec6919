import { type CallOptions, isKeelsonError, KeelsonError } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import type { SessionCredentials, ZooKeeperClient } from '@keelson/zookeeper-client';
import { ownerOfSession } from './entry.ts';
import { Link } from './link.ts';

/** A session of the store: a ZooKeeper session with a connection of its own. */
export class ZooKeeperSession implements Session {
  readonly id: string;
  readonly link: Link;
  readonly #client: ZooKeeperClient;
  readonly #onEnded: (session: ZooKeeperSession) => void;
  #closing: Promise<void> | undefined;

  /** `onEnded` is told once the session needs no more looking after. */
  constructor(client: ZooKeeperClient, onEnded: (session: ZooKeeperSession) => void) {
    this.#client = client;
    this.link = new Link(client);
    this.id = ownerOfSession(client.session.id);
    this.#onEnded = onEnded;
    client.onConnection((event) => {
      if (event.type === 'ended' && !isKeelsonError(event.error, 'E_CLOSED')) onEnded(this);
    });
  }

  get ttlMs(): number {
    return this.#client.sessionTimeoutMs;
  }

  get lost(): AbortSignal {
    return this.#client.ended;
  }

  get aliveUntilMs(): number {
    return this.#client.aliveUntilMs;
  }

  /** Id and password: whoever has them can take the session up, or end it (`ZooKeeperClientOptions.session`). */
  get credentials(): SessionCredentials {
    return this.#client.session;
  }

  assertAlive(): void {
    const { lost } = this;
    if (!lost.aborted) return;
    throw new KeelsonError('E_SESSION_EXPIRED', `The session ${this.id} has ended.`, {
      cause: lost.reason,
      details: { session: this.id },
    });
  }

  close(options: CallOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(options: CallOptions): Promise<void> {
    try {
      await this.#client.close(options);
    } catch (error) {
      if (!isKeelsonError(error, 'E_SESSION_EXPIRED')) throw error;
    } finally {
      this.#onEnded(this);
    }
  }
}

/**
 * Runs a write under a session on the session's own connection. Where that has just broken, the write first learns from the next one
 * whether the session still lives; it is not sent before, and not at all once it was refused.
 */
export async function underSession<T>(
  session: ZooKeeperSession,
  limits: CallOptions,
  write: () => Promise<T>,
): Promise<T> {
  try {
    session.assertAlive();
    if (!session.link.client.connected) await session.link.client.whenConnected(limits);
    return await write();
  } catch (error) {
    // Closed while the write was on its way there: nothing was sent.
    if (isKeelsonError(error, 'E_CLOSED')) session.assertAlive();
    throw error;
  }
}
