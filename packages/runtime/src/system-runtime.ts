import type { Clock, Random, TimerHandle, Timers } from './clock.ts';
import { type Logger, silentLogger } from './logger.ts';
import type { Runtime } from './runtime.ts';
import { silentTracer, type Tracer } from './tracer.ts';
import { uuidFromBytes } from './uuid.ts';

/** What a real runtime may be given; both default to silence. */
export interface SystemRuntimeOptions {
  readonly logger?: Logger;
  readonly tracer?: Tracer;
}

/** Longest delay the platform's timers keep (2^31 - 1 ms); a longer one would fire at once. */
const MAX_PLATFORM_DELAY_MS = 2_147_483_647;

const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Browsers give timers numbers, Node gives objects; only those keep a process alive. */
function release(handle: unknown): void {
  if (typeof handle === 'object' && handle !== null && 'unref' in handle && typeof handle.unref === 'function')
    handle.unref();
}

function after(delayMs: number, run: () => void, options?: { readonly background?: boolean }): TimerHandle {
  let leftMs = Math.max(0, delayMs);
  let handle: ReturnType<typeof setTimeout>;
  const arm = (): void => {
    const stepMs = Math.min(leftMs, MAX_PLATFORM_DELAY_MS);
    leftMs -= stepMs;
    handle = setTimeout(() => (leftMs > 0 ? arm() : run()), stepMs);
    if (options?.background === true) release(handle);
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}

function every(periodMs: number, run: () => void, options?: { readonly background?: boolean }): TimerHandle {
  const handle = setInterval(run, Math.min(Math.max(1, periodMs), MAX_PLATFORM_DELAY_MS));
  if (options?.background === true) release(handle);
  return { cancel: () => clearInterval(handle) };
}

const systemTimers: Timers = { after, every };

/** Web Crypto fills at most this many bytes in one call. */
const MAX_RANDOM_BYTES = 65_536;

function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += MAX_RANDOM_BYTES)
    crypto.getRandomValues(bytes.subarray(at, at + MAX_RANDOM_BYTES));
  return bytes;
}

const systemRandom: Random = {
  next: () => Math.random(),
  integer: (bound) => Math.floor(Math.random() * bound),
  uuid: () => uuidFromBytes(randomBytes(16)),
  bytes: randomBytes,
};

/**
 * The real world: the machine's clocks, timers and chance. Uses nothing but what Node and browsers share.
 *
 * The monotonic clock stands still while the machine itself is suspended on most systems, though not while the process is
 * stopped; fencing tokens, not leases, protect what must hold over a suspended machine.
 *
 * @example
 * const runtime = systemRuntime({ logger: pinoLogger(pino()) });
 */
export function systemRuntime(options: SystemRuntimeOptions = {}): Runtime {
  return {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    logger: options.logger ?? silentLogger,
    tracer: options.tracer ?? silentTracer,
  };
}
