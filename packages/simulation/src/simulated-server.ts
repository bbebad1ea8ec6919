import { sleep, type VirtualRuntime } from '@keelson/runtime';
import type { TreePeer } from '@keelson/store/memory';
import {
  type Commit,
  DEFAULT_OPERATION_LIMITS,
  type HistoryLimits,
  type Journal,
  MvccBackend,
  MvccEngine,
  type StoredVersion,
} from '@keelson/store/mvcc';
import { SimulatedProcess } from './simulated-process.ts';

/** How the store of a world behaves. */
export interface SimulatedServerOptions {
  readonly world: VirtualRuntime;
  /** How long a commit takes to become durable, in milliseconds. Default 1. */
  readonly syncMs?: number;
  /** How long past its ttl a lease may live, in milliseconds, as the server declares it. Default 50. */
  readonly leaseExpiryLagMs?: number;
  /** How much of it is kept. Default 2,000 writes: some minutes, after which the store compacts by itself, as a real one does after an hour. */
  readonly history?: Partial<HistoryLimits>;
  /** Told of every commit once it is on disk. */
  readonly onDurable?: (commits: readonly Commit[]) => void;
}

/** What survives a crash of the server. */
class Disk {
  readonly versions: StoredVersion[] = [];
  readonly leases = new Map<bigint, number>();
  compactRevision = -1;

  keep(commits: readonly Commit[]): void {
    for (const { versions, grantedLease, revokedLease, compaction } of commits) {
      for (const { entry, main, sub, create, version, lease, value, isTombstone } of versions)
        this.versions.push({
          key: entry.key,
          main,
          sub,
          create,
          version: isTombstone ? 0 : version,
          lease,
          value: value.slice(),
        });
      if (grantedLease !== undefined) this.leases.set(grantedLease.id, grantedLease.ttlMs);
      if (revokedLease !== undefined) this.leases.delete(revokedLease);
      if (compaction !== undefined) this.compactRevision = compaction.revision;
    }
  }
}

/**
 * The store of a world: the MVCC tree behind a disk that takes its time. A crash loses what was not durable, which nobody was told of; a restart gives
 * every lease its full ttl again, as etcd and the embedded store do.
 */
export class SimulatedServer {
  readonly #options: SimulatedServerOptions;
  readonly #disk = new Disk();
  readonly #listeners = new Set<() => void>();
  #process: SimulatedProcess;
  #backend: MvccBackend;
  #peer: TreePeer;
  #starts = 0;
  #operations = 0;

  constructor(options: SimulatedServerOptions) {
    this.#options = options;
    this.#process = new SimulatedProcess({ world: options.world, name: 'store' });
    this.#backend = this.#open();
    this.#peer = this.#newPeer();
  }

  /** The process it runs in; another after each restart. */
  get process(): SimulatedProcess {
    return this.#process;
  }

  /** The tree. Only what runs in `process` may call it, but for reads of the world's own. */
  get backend(): MvccBackend {
    return this.#backend;
  }

  /** Its present life, as links reach it. */
  get peer(): TreePeer {
    return this.#peer;
  }

  /** Reads and writes carried out, watches put in place and messages besides, over all its lives. */
  get operations(): number {
    return this.#operations;
  }

  get up(): boolean {
    return this.#process.state !== 'crashed';
  }

  /** Calls `listener` when it crashes and when it has been started again: either breaks every connection. */
  onRestart(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends it at once. Connections to it break. */
  crash(): void {
    if (!this.up) return;
    this.#process.crash();
    for (const listener of this.#listeners) listener();
  }

  /** Starts it again on its disk. Does nothing while it runs. */
  restart(): void {
    if (this.up) return;
    this.#starts += 1;
    this.#process = new SimulatedProcess({ world: this.#options.world, name: 'store', incarnation: this.#starts });
    this.#backend = this.#open();
    this.#peer = this.#newPeer();
    for (const listener of this.#listeners) listener();
  }

  /** Forgets the history before now; gives whether there was any. */
  async compact(): Promise<boolean> {
    const { revision, compactRevision } = this.#backend.describe();
    if (!this.up || revision <= compactRevision) return false;
    await this.#backend.compact(revision);
    return true;
  }

  #newPeer(): TreePeer {
    const [process, backend] = [this.#process, this.#backend];
    return {
      deliver: (work) =>
        process.deliver(() => {
          this.#operations += 1;
          work(backend);
        }),
    };
  }

  #open(): MvccBackend {
    const { syncMs = 1, leaseExpiryLagMs = 50, history = { writes: 2_000 } } = this.#options;
    const { runtime } = this.#process;
    const disk = this.#disk;
    const leases = [...disk.leases].map(([id, ttlMs]) => ({ id, ttlMs }));
    const { engine } = MvccEngine.restore(
      { versions: disk.versions, leases, compactRevision: disk.compactRevision },
      runtime.clock.monotonicMs(),
      DEFAULT_OPERATION_LIMITS,
    );
    const journal: Journal = {
      persist: async (commits) => {
        // Timers of a crashed process never fire: what was on its way to the disk then is lost.
        if (syncMs > 0) await sleep(runtime, syncMs);
        disk.keep(commits);
        this.#options.onDurable?.(commits);
      },
      close: () => Promise.resolve(),
    };
    return new MvccBackend({ runtime, engineName: 'simulated', engine, journal, leaseExpiryLagMs, history });
  }
}
