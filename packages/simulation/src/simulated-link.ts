import { KeelsonError, seededRandom, type VirtualRuntime } from '@keelson/runtime';
import { type DelayRange, type LinkEffect, TreeLink } from '@keelson/store/memory';
import { type SimulatedProcess, seedFor } from './simulated-process.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** What a link is made of. */
export interface SimulatedLinkOptions {
  readonly world: VirtualRuntime;
  readonly process: SimulatedProcess;
  readonly server: SimulatedServer;
  /** How long messages take, in milliseconds; each one draws anew, so requests overtake each other. */
  readonly delay: DelayRange;
  /** After how long without an answer the client takes a connection for dead, in milliseconds of its own clock. Default 2,000. */
  readonly silenceMs?: number;
  /** How long it waits before it connects again, in milliseconds. Default 100. */
  readonly reconnectMs?: number;
  /** Whether nothing may be written any more, so that watches can catch up. Default: never. */
  readonly quiet?: () => boolean;
  /** Told of each message that a fault struck. */
  readonly onEffect?: (effect: LinkEffect) => void;
}

const unanswered = (): Promise<never> => new Promise(() => {});
const cut = (why: string): KeelsonError => new KeelsonError('E_UNAVAILABLE', `The connection to the store ${why}.`);

/**
 * The way of one process to the store: a link between two processes that each can be stopped or have ended, which the client may take for alive while it is
 * not. What has been sent arrives whether or not the sender still runs.
 */
export class SimulatedLink extends TreeLink {
  readonly #parts: SimulatedLinkOptions;
  readonly #quiet: () => boolean;
  /** Counts connections, so that a suspicion about one does not break the next. */
  #connections = 0;

  constructor(parts: SimulatedLinkOptions) {
    const { world, process, server, delay, onEffect } = parts;
    super({
      engine: server.backend.engine,
      limits: server.backend.limits,
      random: seededRandom(seedFor(world.seed, `link of ${process.name}#${process.incarnation}`)),
      delay,
      nowMs: () => world.clock.monotonicMs(),
      after: (delayMs, run) => void world.timers.after(delayMs, run),
      peer: () => server.peer,
      deliver: (work) => process.deliver(work),
      ...(onEffect === undefined ? {} : { onEffect }),
    });
    this.#parts = parts;
    this.#quiet = parts.quiet ?? (() => false);
    const stopListening = server.onRestart(() => {
      if (process.state === 'crashed') stopListening();
      else this.#breakConnection('was reset by a restart of the store');
    });
  }

  override txn(...request: Parameters<TreeLink['txn']>): ReturnType<TreeLink['txn']> {
    return this.#quiet() ? unanswered() : super.txn(...request);
  }

  override grantLease(ttlMs: number): ReturnType<TreeLink['grantLease']> {
    return this.#quiet() ? unanswered() : super.grantLease(ttlMs);
  }

  override revokeLease(id: bigint): Promise<void> {
    return this.#quiet() ? unanswered() : super.revokeLease(id);
  }

  /** Shuts the directions named; the client finds out by the silence. */
  override partition(direction: 'both' | 'to-store' | 'from-store'): void {
    super.partition(direction);
    this.#suspectSilence();
  }

  /** Breaks the connection, and the client knows at once. It connects again by itself where that is possible. */
  reset(): void {
    this.#breakConnection('was reset');
  }

  /** Pings of a real client are answered within the silence it allows, or it takes the connection for dead. */
  #suspectSilence(): void {
    const { process, silenceMs = 2_000 } = this.#parts;
    const connection = this.#connections;
    process.runtime.timers.after(silenceMs, () => {
      if (connection === this.#connections && this.partitioned) this.#breakConnection('fell silent');
    });
  }

  #breakConnection(why: string): void {
    if (!this.connected) return;
    const connection = this.#connections;
    this.#parts.process.deliver(() => {
      if (!this.connected || connection !== this.#connections) return;
      this.#connections += 1;
      this.disconnect(cut(why));
      this.#reconnectLater();
    });
  }

  #reconnectLater(): void {
    const { process, server, reconnectMs = 100 } = this.#parts;
    process.runtime.timers.after(reconnectMs, () => {
      if (this.closed) return;
      if (this.partitioned || !server.up) this.#reconnectLater();
      else this.reconnect();
    });
  }
}
