import { join } from 'node:path';
import { KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import { type SessionEnder, sessionEnder } from '@keelson/supervisor';
import { Child, type ChildLine } from './child.ts';
import { connectStore } from './connect-store.ts';
import { type Declaration, exampleDeclaration, prepareCluster } from './prepare.ts';

/** What happens in the example, for whoever shows it. */
export type ExampleEvent =
  | { readonly event: 'worker-started'; readonly instance: string; readonly pid: number; readonly address: string }
  | { readonly event: 'worker-stopped'; readonly instance: string; readonly pid: number; readonly how: string }
  | { readonly event: 'load'; readonly input: string; readonly lines: number; readonly linesPerSecond: number }
  | {
      readonly event: 'check';
      readonly acknowledged: number;
      readonly lost: number;
      readonly doubled: number;
      readonly unreadable: number;
    }
  | { readonly event: 'complaint'; readonly from: string; readonly text: string };

/** How the example is run. */
export interface LaunchOptions {
  /** `etcd://host:port` of our endpoint or of a real etcd, or `zookeeper://host:port`. */
  readonly storeUrl: string;
  /** Folder for the data of the workers, one folder each. */
  readonly dataDirectory: string;
  readonly runtime: Runtime;
  readonly onEvent: (event: ExampleEvent) => void;
  /** Default 5. */
  readonly workers?: number;
  /** Session ttl of the workers, in milliseconds. Default 3,000. */
  readonly ttlMs?: number;
  /** End a worker's session the moment its process is dead, rather than after its ttl. Default true. */
  readonly supervised?: boolean;
  /** Pause before a worker that ended is started again, in milliseconds: long enough to watch the others take over. Default 5,000. */
  readonly restartAfterMs?: number;
  /** File of lines to write. Default: the log shipped with the example. */
  readonly input?: string;
  readonly linesPerSecond?: number;
  readonly declaration?: Declaration;
}

/** A worker as it runs now. */
export interface RunningWorker {
  readonly instance: string;
  readonly pid: number;
}

/** The running example. */
export interface Example {
  readonly declaration: Declaration;
  readonly ttlMs: number;
  workers(): readonly RunningWorker[];
  /** Ends the load client, then the workers, in order. Idempotent. */
  close(): Promise<void>;
}

/** Pause before a load client that ended is started again, in milliseconds. */
const LOAD_RESTART_MS = 500;

const STOP_GRACE_MS = 4_000;

/**
 * Declares the cluster, starts the workers as processes of their own (a worker that ends is started again) and the load client
 * with its checker. Resolves when every worker has been started and answers.
 *
 * @throws E_UNAVAILABLE where the store cannot be reached or a worker ends before it is up.
 */
export async function launchExample(options: LaunchOptions): Promise<Example> {
  const declaration = options.declaration ?? exampleDeclaration;
  const store = await connectStore(options.storeUrl, options.runtime);
  try {
    await prepareCluster(store, options.runtime, declaration);
  } finally {
    await store.close();
  }
  const launch = new Launch(options, declaration);
  try {
    await launch.start();
  } catch (error) {
    await launch.close();
    throw error;
  }
  return launch;
}

class Launch implements Example {
  readonly declaration: Declaration;
  readonly ttlMs: number;
  readonly #options: LaunchOptions;
  readonly #running = new Map<string, Child>();
  readonly #stop = new AbortController();
  readonly #ender: SessionEnder | undefined;
  #load: Child | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: LaunchOptions, declaration: Declaration) {
    this.#options = options;
    this.declaration = declaration;
    this.ttlMs = options.ttlMs ?? 3_000;
    const { runtime, storeUrl, supervised = true } = options;
    this.#ender = supervised ? sessionEnder({ runtime, store: storeUrl }) : undefined;
  }

  async start(): Promise<void> {
    const names = Array.from({ length: this.#options.workers ?? 5 }, (_, index) => `worker-${index + 1}`);
    await Promise.all(names.map((instance) => this.#startWorker(instance)));
    this.#startLoad();
  }

  workers(): RunningWorker[] {
    return [...this.#running].map(([instance, child]) => ({ instance, pid: child.pid }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stop.abort();
    await this.#load?.stop(STOP_GRACE_MS);
    await Promise.all([...this.#running.values()].map((child) => child.stop(STOP_GRACE_MS)));
    await this.#ender?.close();
  }

  /** Resolves when the worker says where it listens. */
  #startWorker(instance: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = this.#spawn(instance, 'worker-main', this.#workerArgs(instance), (line) => {
        if (line.event !== 'worker') return;
        this.#options.onEvent({ event: 'worker-started', instance, pid: child.pid, address: String(line.address) });
        resolve();
      });
      this.#running.set(instance, child);
      void child.exited.then(async (exit) => {
        this.#running.delete(instance);
        if (this.#stop.signal.aborted) return resolve();
        const how = exit.signal ?? `exit code ${exit.code}`;
        reject(new KeelsonError('E_UNAVAILABLE', `${instance} ended before it was up (${how}).`));
        this.#options.onEvent({ event: 'worker-stopped', instance, pid: child.pid, how });
        await this.#restart(() => this.#startWorker(instance), this.#options.restartAfterMs ?? 5_000);
      });
    });
  }

  #startLoad(): void {
    const { input, linesPerSecond } = this.#options;
    const args = [
      ...this.#clusterArgs(),
      ...(input === undefined ? [] : ['--input', input]),
      ...(linesPerSecond === undefined ? [] : ['--lines-per-second', String(linesPerSecond)]),
    ];
    const child = this.#spawn('load', 'load-main', args, (line) => {
      if (line.event === 'load' || line.event === 'check') this.#options.onEvent(line as ExampleEvent);
    });
    this.#load = child;
    void child.exited.then(({ code, signal }) => {
      if (this.#stop.signal.aborted) return;
      const text = `ended (${signal ?? `exit code ${code}`}) and is started again; it counts from what it finds`;
      this.#options.onEvent({ event: 'complaint', from: 'load', text });
      // Soon: people wait for its next check.
      void this.#restart(async () => this.#startLoad(), LOAD_RESTART_MS);
    });
  }

  /** Starts it again after a pause, unless everything is to end. What goes wrong at the start is reported by its own exit. */
  async #restart(start: () => Promise<void>, pauseMs: number): Promise<void> {
    await sleep(this.#options.runtime, pauseMs, { signal: this.#stop.signal })
      .then(start)
      .catch(() => {});
  }

  #spawn(from: string, entry: string, args: readonly string[], onLine: (line: ChildLine) => void): Child {
    const { runtime, onEvent } = this.#options;
    return new Child({
      entry,
      args,
      runtime,
      ...(this.#ender === undefined ? {} : { ender: this.#ender }),
      onLine,
      onComplaint: (text) => onEvent({ event: 'complaint', from, text }),
    });
  }

  #clusterArgs(): string[] {
    const { cluster, resource } = this.declaration;
    return ['--store', this.#options.storeUrl, '--cluster', cluster, '--resource', resource];
  }

  #workerArgs(instance: string): string[] {
    const data = join(this.#options.dataDirectory, instance);
    return [...this.#clusterArgs(), '--instance', instance, '--data-dir', data, '--ttl-ms', String(this.ttlMs)];
  }
}
