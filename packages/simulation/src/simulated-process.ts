import { type Runtime, seededRandom, type TimerHandle, type VirtualRuntime } from '@keelson/runtime';

/** What a simulated process is doing. */
export type ProcessState = 'running' | 'paused' | 'crashed';

/** How a process begins. */
export interface SimulatedProcessOptions {
  readonly world: VirtualRuntime;
  readonly name: string;
  /** How often a process of this name was started before; it gets other random numbers each time. */
  readonly incarnation?: number;
}

interface Deferred {
  readonly run: () => void;
  cancelled: boolean;
}

/** Mixes a name into a seed, so that processes of one world draw independent numbers (FNV-1a). */
export function seedFor(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < name.length; index += 1)
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

/**
 * One process of a simulated world: a `Runtime` of its own, whose clocks may run at another speed and step, and which can be stopped
 * as SIGSTOP stops (its timers and whatever arrives for it wait, while its clocks go on) or ended as SIGKILL ends: then no
 * line of its code runs any more. Code reaches a process only by its timers and by `deliver`.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly incarnation: number;
  readonly runtime: Runtime;
  readonly #world: VirtualRuntime;
  #state: ProcessState = 'running';
  #backlog: Deferred[] = [];
  #rate = 1;
  /** World time and process time of one instant; between such anchors the clock runs at `#rate`. */
  #anchor: { readonly worldMs: number; readonly ownMs: number };
  #wallOffsetMs: number;

  constructor(options: SimulatedProcessOptions) {
    const { world, name, incarnation = 0 } = options;
    this.name = name;
    this.incarnation = incarnation;
    this.#world = world;
    const nowMs = world.clock.monotonicMs();
    this.#anchor = { worldMs: nowMs, ownMs: nowMs };
    this.#wallOffsetMs = world.clock.wallMs() - nowMs;
    this.runtime = {
      clock: {
        monotonicMs: () => this.#ownMs(),
        wallMs: () => Math.floor(this.#ownMs() + this.#wallOffsetMs),
      },
      timers: {
        after: (delayMs, run) => this.#arm(Math.max(0, delayMs), run, false),
        every: (periodMs, run) => this.#arm(Math.max(1, periodMs), run, true),
      },
      random: seededRandom(seedFor(world.seed, `${name}#${incarnation}`)),
      logger: world.logger.child({ process: name }),
      tracer: world.tracer,
    };
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** Whether it runs, and has dealt with all that waited while it was stopped. */
  get awake(): boolean {
    return this.#state === 'running' && this.#backlog.length === 0;
  }

  /** Runs `work` in the process: now where it runs, once it goes on where it is stopped, never where it has crashed. */
  deliver(work: () => void): void {
    if (this.#state === 'running' && this.#backlog.length === 0) work();
    else if (this.#state !== 'crashed') this.#backlog.push({ run: work, cancelled: false });
  }

  /** Stops it where it stands. */
  pause(): void {
    if (this.#state !== 'running') return;
    this.#world.note(`${this.name} stops`);
    this.#state = 'paused';
  }

  /** Lets it go on: what has waited comes first, one after the other. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#world.note(`${this.name} goes on`);
    this.#state = 'running';
    this.#drain();
  }

  /** Ends it at once. */
  crash(): void {
    if (this.#state === 'crashed') return;
    this.#world.note(`${this.name} crashes`);
    this.#state = 'crashed';
    this.#backlog = [];
  }

  /** Its clocks run `rate` times as fast as the world's from now on. Timers set before keep their time. */
  drift(rate: number): void {
    this.#world.note(`the clock of ${this.name} runs at ${rate}`);
    this.#anchor = { worldMs: this.#world.clock.monotonicMs(), ownMs: this.#ownMs() };
    this.#rate = rate;
  }

  /** Its wall clock is set forward (or back, negative) by so many milliseconds; the monotonic one is not. */
  stepWallClock(byMs: number): void {
    this.#world.note(`the wall clock of ${this.name} steps by ${byMs}`);
    this.#wallOffsetMs += byMs;
  }

  #ownMs(): number {
    return this.#anchor.ownMs + (this.#world.clock.monotonicMs() - this.#anchor.worldMs) * this.#rate;
  }

  #arm(delayMs: number, run: () => void, repeat: boolean): TimerHandle {
    let cancelled = false;
    const due = (): void => {
      if (cancelled || this.#state === 'crashed') return;
      const fire = (): void => {
        if (cancelled) return;
        // The next one is set first: a timer that throws is still a timer that repeats.
        if (repeat) handle = this.#world.timers.after(delayMs / this.#rate, due);
        run();
      };
      this.deliver(fire);
    };
    let handle = this.#world.timers.after(delayMs / this.#rate, due);
    return {
      cancel: () => {
        cancelled = true;
        handle.cancel();
      },
    };
  }

  /** One piece of what has waited, then, promises settled, the next; a stop in between leaves the rest waiting. */
  #drain(): void {
    if (this.#state !== 'running') return;
    const next = this.#backlog[0];
    if (next === undefined) return;
    this.#world.timers.after(0, () => {
      if (this.#state !== 'running' || this.#backlog[0] !== next) return;
      this.#backlog.shift();
      next.run();
      this.#drain();
    });
  }
}
