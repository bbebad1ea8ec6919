import { isKeelsonError, type KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { ServerAddress } from '../connect-string.ts';
import { type Established, establish, type HandshakeOptions } from '../connection/handshake.ts';
import type { ConnectRequest } from '../wire/records.ts';
import {
  attemptFailed,
  attemptSucceeded,
  headHome,
  isHome,
  nextAttempt,
  type ServerOrder,
  shuffledOrder,
  triedAll,
} from './server-order.ts';
import { attemptLimitMs } from './session-clock.ts';

/** Finds a server that takes the session, for as long as it needs. */
export class Reconnect {
  readonly #runtime: Runtime;
  readonly #servers: readonly ServerAddress[];
  readonly #handshake: HandshakeOptions;
  readonly #onRoundFailed: (error: KeelsonError) => void;
  #order: ServerOrder;

  /** `onRoundFailed` is told the last error each time every server was tried in vain. */
  constructor(
    servers: readonly ServerAddress[],
    handshake: HandshakeOptions,
    onRoundFailed: (error: KeelsonError) => void,
  ) {
    this.#runtime = handshake.runtime;
    this.#servers = servers;
    this.#handshake = handshake;
    this.#onRoundFailed = onRoundFailed;
    this.#order = shuffledOrder(servers.length, handshake.runtime.random);
  }

  /** Whether the last server that took the session is the one this client would take first. */
  get isHome(): boolean {
    return isHome(this.#order);
  }

  /** Lets the next attempt begin at home. */
  headHome(): void {
    this.#order = headHome(this.#order);
  }

  /** Tries server after server. Rejects only when `signal` trips or the credentials are refused (`E_UNAUTHENTICATED`). */
  async next(request: () => ConnectRequest, signal: AbortSignal): Promise<Established> {
    for (;;) {
      const attempt = nextAttempt(this.#order, this.#runtime.random.next());
      this.#order = attempt.order;
      if (attempt.waitMs > 0) await sleep(this.#runtime, attempt.waitMs, { signal, background: true });
      const server = this.#servers[attempt.server];
      if (server === undefined) continue;
      try {
        const wanted = request();
        const timeoutMs = attemptLimitMs(wanted.timeoutMs, this.#servers.length, wanted.sessionId !== 0n);
        const established = await establish(this.#handshake, server, wanted, { signal, timeoutMs });
        this.#order = attemptSucceeded(this.#order);
        return established;
      } catch (error) {
        if (signal.aborted || !isKeelsonError(error) || isKeelsonError(error, 'E_UNAUTHENTICATED')) throw error;
        this.#runtime.logger.debug({ server: server.host, port: server.port, error }, 'no session from this server');
        this.#order = attemptFailed(this.#order);
        if (triedAll(this.#order)) this.#onRoundFailed(error);
      }
    }
  }
}
