import { isKeelsonError, type Runtime, type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import { kvStore, type Store } from '@keelson/store';
import type { DelayRange } from '@keelson/store/memory';
import type { ScheduledFault } from './fault.ts';
import { type InjectionCounts, Injections } from './injections.ts';
import { SimulatedLink } from './simulated-link.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SimulatedServer } from './simulated-server.ts';
import { WatchWitness } from './watch-witness.ts';

/** What the program of a process is given. */
export interface ProcessContext {
  readonly name: string;
  /** 0 at the first start, one more after each crash. */
  readonly incarnation: number;
  /** The only clock, chance and timers it may use. */
  readonly runtime: Runtime;
  /** Its own connection to the store of the world. */
  readonly store: Store;
}

/** The program of a process. Where it returns or rejects the process has ended by itself and is started again a second later. */
export type Program = (context: ProcessContext) => Promise<void>;

/** Something that must never be, as it was seen. */
export interface Violation {
  readonly atMs: number;
  readonly text: string;
}

/** How a world is set up. */
export interface WorldOptions {
  readonly seed: number;
  /** How long messages take. Default 1 to 5 ms. */
  readonly delay?: DelayRange;
  /** Longest time a lease may live past its ttl. Default 50 ms. */
  readonly leaseExpiryLagMs?: number;
  /** Stands between a program and its store: what museums of bugs are made of. Default: nothing. */
  readonly wrapStore?: (store: Store, context: Omit<ProcessContext, 'store'>) => Store;
}

interface Inhabitant {
  readonly program: Program;
  process: SimulatedProcess;
  link: SimulatedLink;
}

const RESTART_MS = 1_000;

/**
 * Processes and the store they share, in virtual time. The world moves by `run`; after every step it looks at the invariants.
 */
export class SimulatedWorld {
  readonly runtime: VirtualRuntime;
  readonly server: SimulatedServer;
  readonly violations: Violation[] = [];
  readonly #options: WorldOptions;
  readonly #inhabitants = new Map<string, Inhabitant>();
  readonly #invariants: (() => string | undefined)[] = [];
  readonly #injections = new Injections();
  readonly #witness = new WatchWitness();
  #quiet = false;
  #steps = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.runtime = virtualRuntime({ seed: options.seed, traceLimit: 5_000 });
    const { leaseExpiryLagMs } = options;
    this.server = new SimulatedServer({
      world: this.runtime,
      onDurable: (commits) => this.#witness.noteCommits(commits),
      ...(leaseExpiryLagMs === undefined ? {} : { leaseExpiryLagMs }),
    });
  }

  /** World time since the beginning, in milliseconds. */
  get nowMs(): number {
    return this.runtime.clock.monotonicMs();
  }

  /** Steps made so far: a timer fired, or a message arrived. */
  get steps(): number {
    return this.#steps;
  }

  /** Which faults took hold so far, and what they did to messages. */
  get injections(): InjectionCounts {
    return this.#injections.counts;
  }

  /**
   * From now on whatever is asked of the store to write is not carried out, and not answered either; reads, watches and sessions go on. Everything written so
   * far is owed to whoever reads a watch now.
   */
  quieten(): void {
    this.runtime.note('nothing is written any more');
    this.#quiet = true;
    this.#witness.settle(this.server.backend.revision);
  }

  /** What watches got wrong. Whoever still waits must have been told of everything that `quieten` found owed to it. */
  watchBreaches(): readonly string[] {
    return this.#witness.breaches();
  }

  /** Starts a process. It is started again after each crash. */
  start(name: string, program: Program): void {
    this.#inhabitants.set(name, { program, ...this.#boot(name, program, 0) });
  }

  /** The process of that name as it is now. */
  process(name: string): SimulatedProcess {
    return this.#inhabitant(name).process;
  }

  /** Must give `undefined` after every step; what else it gives is a violation. */
  invariant(check: () => string | undefined): void {
    this.#invariants.push(check);
  }

  /** Notes that something happened which must never happen. */
  violate(text: string): void {
    if (this.violations.some((known) => known.text === text)) return;
    this.runtime.note(`VIOLATION ${text}`);
    this.violations.push({ atMs: this.nowMs, text });
  }

  /** A store of the world's own, over a connection that no fault strikes: for set-up and for looking. */
  connect(name: string): Store {
    const process = new SimulatedProcess({ world: this.runtime, name });
    const store = kvStore(this.#link(process), process.runtime);
    this.#witness.attend(store, process);
    return store;
  }

  /** Lets time pass, until `done` holds or a violation was seen; gives whether `done` held. */
  async run(ms: number, done: () => boolean = () => false): Promise<boolean> {
    const untilMs = this.nowMs + ms;
    let reached = false;
    const stop = (): boolean => {
      this.#steps += 1;
      for (const check of this.#invariants) {
        const text = check();
        if (text !== undefined) this.violate(text);
      }
      reached = done();
      return reached || this.violations.length > 0 || this.nowMs >= untilMs;
    };
    // A timer at the end makes the last step.
    this.runtime.timers.after(ms, () => {});
    await this.runtime.runUntil(stop, { limitMs: ms + 1 });
    return reached;
  }

  /** Lets a fault strike now, and ends it in its time. */
  strike(fault: ScheduledFault): void {
    this.runtime.note(`fault ${JSON.stringify(fault)}`);
    const end = 'process' in fault ? this.#strikeProcess(fault) : this.#strikeStore(fault);
    if ('lastsMs' in fault) this.runtime.timers.after(fault.lastsMs, end);
  }

  /** Ends every fault: all run, all are connected, clocks run evenly. */
  heal(): void {
    this.runtime.note('all faults end');
    if (this.server.up) this.server.process.resume();
    else this.server.restart();
    for (const [name, { process, link }] of this.#inhabitants) {
      if (process.state === 'crashed') this.#restart(name);
      process.drift(1);
      process.resume();
      link.heal();
    }
  }

  /** Begins a fault of the store and gives what ends it. */
  #strikeStore(fault: Exclude<ScheduledFault, { process: string }>): () => void {
    const { server } = this;
    const { process } = server;
    if (fault.kind === 'compact') {
      process.deliver(() => void server.compact().then((done) => done && this.#injections.add('compact')));
      return () => {};
    }
    if (process.state === 'running') this.#injections.add(fault.kind);
    if (fault.kind === 'crash-store') {
      server.crash();
      return () => server.restart();
    }
    process.pause();
    return () => process.resume();
  }

  /** Begins a fault of a process or its link and gives what ends it. */
  #strikeProcess(fault: Extract<ScheduledFault, { process: string }>): () => void {
    const { process, link } = this.#inhabitant(fault.process);
    if (process.state === 'running') this.#injections.add(fault.kind);
    if (fault.kind === 'pause') {
      process.pause();
      return () => process.resume();
    }
    if (fault.kind === 'crash') {
      process.crash();
      return () => this.#restart(fault.process);
    }
    if (fault.kind === 'drift') {
      process.drift(fault.rate);
      return () => process.drift(1);
    }
    if (fault.kind === 'step-clock') process.stepWallClock(fault.byMs);
    else strikeLink(link, fault);
    if (fault.kind === 'partition' && fault.direction !== 'both') this.#injections.add(`partition ${fault.direction}`);
    return () => link.heal();
  }

  #inhabitant(name: string): Inhabitant {
    const inhabitant = this.#inhabitants.get(name);
    if (inhabitant === undefined) throw new RangeError(`There is no process ${name}.`);
    return inhabitant;
  }

  #restart(name: string): void {
    const inhabitant = this.#inhabitant(name);
    if (inhabitant.process.state !== 'crashed') return;
    const { incarnation } = inhabitant.process;
    Object.assign(inhabitant, this.#boot(name, inhabitant.program, incarnation + 1));
  }

  #boot(name: string, program: Program, incarnation: number): Pick<Inhabitant, 'process' | 'link'> {
    const process = new SimulatedProcess({ world: this.runtime, name, incarnation });
    const link = this.#link(process);
    const { runtime } = process;
    const context = { name, incarnation, runtime };
    const bare = kvStore(link, runtime);
    this.#witness.attend(bare, process);
    const store = this.#options.wrapStore?.(bare, context) ?? bare;
    this.runtime.note(`${name} starts`);
    const ended = (why: string): void => {
      this.runtime.note(`${name} has ended: ${why}`);
      process.crash();
      this.runtime.timers.after(RESTART_MS, () => this.#restart(name));
    };
    // A turn later, so that the program finds its process in the world.
    const running = Promise.resolve().then(() => program({ ...context, store }));
    running.then(
      () => ended('it returned'),
      (error: unknown) => {
        if (!isKeelsonError(error)) this.violate(`${name} failed: ${String(error)}`);
        ended(String(error));
      },
    );
    return { process, link };
  }

  #link(process: SimulatedProcess): SimulatedLink {
    const delay = this.#options.delay ?? { minMs: 1, maxMs: 5 };
    return new SimulatedLink({
      world: this.runtime,
      process,
      server: this.server,
      delay,
      quiet: () => this.#quiet,
      onEffect: (effect) => this.#injections.add(effect),
    });
  }
}

function strikeLink(link: SimulatedLink, fault: Extract<ScheduledFault, { process: string }>): void {
  if (fault.kind === 'partition') link.partition(fault.direction);
  else if (fault.kind === 'slow') link.slow({ minMs: 0, maxMs: fault.upToMs });
  else if (fault.kind === 'hold-watches') link.holdWatches();
  else if (fault.kind === 'disconnect') link.reset();
  else if (fault.kind === 'lose-replies') link.loseReplies(fault.count);
  else if (fault.kind === 'drop-requests') link.dropRequests(fault.count);
}
