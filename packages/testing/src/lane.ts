import type { Socket } from 'node:net';
import { testRuntime } from './eventually.ts';

/** How long bytes are kept on their way. */
export interface Pace {
  /** Added to every byte's way, in milliseconds. */
  readonly latencyMs: number;
  /** No more pass; infinite where there is no limit. */
  readonly bytesPerSecond: number;
}

/** Nothing is kept. */
export const FULL_SPEED: Pace = { latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };

/** Bytes on their way to one socket, each not before its time, in their order. */
export class Lane {
  readonly #target: Socket;
  readonly #queue: { readonly chunk: Buffer; readonly dueMs: number }[] = [];
  #lastDueMs = 0;

  constructor(target: Socket) {
    this.#target = target;
  }

  send(chunk: Buffer, { latencyMs, bytesPerSecond }: Pace): void {
    const { clock, timers } = testRuntime;
    const nowMs = clock.monotonicMs();
    const tookMs = (chunk.length / bytesPerSecond) * 1_000;
    const dueMs = Math.max(this.#lastDueMs, nowMs + latencyMs) + tookMs;
    if (dueMs <= nowMs && this.#queue.length === 0) {
      this.#target.write(chunk);
      return;
    }
    this.#lastDueMs = dueMs;
    this.#queue.push({ chunk, dueMs });
    timers.after(dueMs - nowMs, () => this.#drain(), { background: true });
  }

  #drain(): void {
    // A millisecond early is near enough: timers are cut to whole ones.
    const nowMs = testRuntime.clock.monotonicMs() + 1;
    for (let next = this.#queue[0]; next !== undefined && next.dueMs <= nowMs; next = this.#queue[0]) {
      this.#queue.shift();
      if (!this.#target.destroyed) this.#target.write(next.chunk);
    }
  }
}
