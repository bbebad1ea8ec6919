import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Spectator, spectate } from '@keelson/cluster';
import type { Store } from '@keelson/store';
import {
  eventually,
  type ManagedProcess,
  StallWatch,
  spawnProcess,
  type TemporaryDirectory,
  temporaryDirectory,
  testRuntime,
} from '@keelson/testing';
import { connectStore } from '../src/connect-store.ts';
import type { Check } from '../src/load.ts';
import { partitionNames } from '../src/partition-of.ts';
import { exampleDeclaration, prepareCluster } from '../src/prepare.ts';
import { ADDRESS_FIELD } from '../src/spectator-directory.ts';
import type { StoreHost } from './store-host.ts';

const entry = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));

const { cluster, resource, partitions: PARTITIONS, replicas: REPLICAS } = exampleDeclaration;
const partitions: readonly string[] = partitionNames(resource, PARTITIONS);

/** Session ttl of the workers, in milliseconds. */
export const TTL_MS = 3_000;

/** What a take-over took, in milliseconds from the moment the worker fell silent. */
export interface TakeOver {
  /** Until the store had ended its session. */
  readonly expiredMs: number;
  /** Until every partition had a MASTER again. */
  readonly tookMs: number;
  /** The longest that the machine held up meanwhile a process with nothing to do. */
  readonly stalledMs: number;
}

/** The example as real processes: five workers, the load client with its checker, and a spectator of the test's own. */
export class Stage {
  readonly #host: StoreHost;
  readonly #folder: TemporaryDirectory;
  readonly #store: Store;
  readonly #spectator: Spectator;
  readonly #stalls: StallWatch;
  readonly #workers = new Map<string, ManagedProcess>();
  readonly #checks: Check[] = [];
  #load: ManagedProcess | undefined;

  private constructor(
    host: StoreHost,
    folder: TemporaryDirectory,
    store: Store,
    spectator: Spectator,
    stalls: StallWatch,
  ) {
    this.#host = host;
    this.#stalls = stalls;
    this.#folder = folder;
    this.#store = store;
    this.#spectator = spectator;
  }

  /** Starts everything and waits until all replicas are placed and the first check is done. */
  static async open(host: StoreHost): Promise<Stage> {
    const folder = await temporaryDirectory('replicated-kv');
    const store = await connectStore(host.storeUrl, testRuntime);
    await prepareCluster(store, testRuntime, exampleDeclaration);
    const spectator = await spectate({ store, cluster, runtime: testRuntime });
    const stage = new Stage(host, folder, store, spectator, await StallWatch.start());
    await stage.startMissing();
    await stage.placed();
    await stage.#startLoad();
    await stage.nextCheck();
    return stage;
  }

  readonly instances: readonly string[] = Array.from({ length: 5 }, (_, index) => `worker-${index + 1}`);

  get checks(): readonly Check[] {
    return this.#checks;
  }

  async startWorker(instance: string): Promise<void> {
    const data = join(this.#folder.path, instance);
    const flags = ['--instance', instance, '--data-dir', data, '--ttl-ms', String(TTL_MS)];
    const args = [entry('worker-main'), ...this.#clusterFlags(), ...flags];
    const worker = await spawnProcess(process.execPath, args, { name: instance });
    this.#workers.set(instance, worker);
    await worker.lineMatching(/"event":"worker"/, { timeoutMs: 30_000 });
  }

  /** Starts the workers that do not run. */
  async startMissing(): Promise<void> {
    const missing = this.instances.filter((instance) => this.#workers.get(instance)?.running !== true);
    await Promise.all(missing.map((instance) => this.startWorker(instance)));
  }

  worker(instance: string): ManagedProcess {
    const worker = this.#workers.get(instance);
    if (worker === undefined) throw new Error(`${instance} was never started`);
    return worker;
  }

  /** Where the worker listens, by its live instance. */
  addressOf(instance: string): string {
    const address = this.#spectator.liveInstance(instance)?.info[ADDRESS_FIELD];
    if (address === undefined) throw new Error(`${instance} is not live`);
    return address;
  }

  /** Partitions of which the instance is MASTER. */
  masteredBy(instance: string): readonly string[] {
    return partitions.filter((name) => this.#spectator.instancesFor(resource, name, 'MASTER').includes(instance));
  }

  /** Waits, from `sinceMs` on, until every partition has a MASTER that is none of `gone`. */
  async takenOver(gone: readonly string[], sinceMs: number): Promise<TakeOver> {
    const limit = AbortSignal.timeout(60_000);
    let expiredMs: number | undefined;
    for await (const { table } of this.#spectator.changes({ signal: limit })) {
      if (gone.every((instance) => table.liveInstance(instance) === undefined)) {
        expiredMs ??= testRuntime.clock.monotonicMs() - sinceMs;
      }
      const done = partitions.every((name) => {
        const masters = table.instancesFor(resource, name, 'MASTER');
        return masters.length === 1 && !masters.some((master) => gone.includes(master));
      });
      const tookMs = testRuntime.clock.monotonicMs() - sinceMs;
      if (done) return { expiredMs: expiredMs ?? tookMs, tookMs, stalledMs: this.#stalls.longestMs(tookMs) };
    }
    const missing = partitions.filter((name) => this.#spectator.instancesFor(resource, name, 'MASTER').length !== 1);
    throw new Error(`without a MASTER after 60 s: ${missing.join(', ')}`);
  }

  /** Waits until all replicas are placed: one MASTER and the SLAVEs of every partition. */
  async placed(): Promise<void> {
    await eventually(
      'all replicas to be placed',
      () =>
        partitions.every(
          (name) =>
            this.#spectator.instancesFor(resource, name, 'MASTER').length === 1 &&
            this.#spectator.instancesFor(resource, name, 'SLAVE').length === REPLICAS - 1,
        ),
      { timeoutMs: 60_000 },
    );
  }

  /** The next check that begins and ends from now on; with `complete`, the next that could read everything. */
  async nextCheck(options: { readonly complete?: boolean } = {}): Promise<Check> {
    // One may be under way already; it does not count.
    const after = this.#checks.length + 1;
    return await eventually(
      'a check',
      () => this.#checks.slice(after).find(({ unreadable }) => options.complete !== true || unreadable === 0),
      { timeoutMs: 60_000 },
    );
  }

  /** SIGKILL of a worker, and what it took until the others had taken over. */
  async kill(instance: string): Promise<TakeOver> {
    const sinceMs = testRuntime.clock.monotonicMs();
    await this.worker(instance).kill();
    return await this.takenOver([instance], sinceMs);
  }

  async close(): Promise<void> {
    await this.#stalls[Symbol.asyncDispose]();
    await this.#load?.stop();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
    await this.#spectator.close();
    await this.#store.close();
    await this.#folder.remove();
  }

  #clusterFlags(): readonly string[] {
    return ['--store', this.#host.storeUrl, '--cluster', cluster, '--resource', resource];
  }

  async #startLoad(): Promise<void> {
    const args = [entry('load-main'), ...this.#clusterFlags(), '--check-every-ms', '500'];
    const onLine = (line: string): void => {
      const said = JSON.parse(line) as { event: string } & Check;
      if (said.event === 'check') this.#checks.push(said);
    };
    this.#load = await spawnProcess(process.execPath, args, { name: 'load', onLine });
    await this.#load.lineMatching(/"event":"load"/, { timeoutMs: 30_000 });
  }
}
