import type { Clock } from '@keelson/runtime';
import type {
  ClusterEvent,
  ClusterSummary,
  Explanation,
  Instance,
  MatrixCell,
  MatrixWire,
  Resource,
} from '../app/api/types.ts';

type EventBody = ClusterEvent extends infer E ? (E extends ClusterEvent ? Omit<E, 'id' | 'atMs'> : never) : never;

interface FakeInstance {
  live: boolean;
  enabled: boolean;
  reason: string | null;
  version: number;
  sinceMs: number;
}

interface Replica {
  state: string;
  wanted: string | null;
  sinceMs: number;
}

/** How large a fake cluster is. */
export interface FakeClusterOptions {
  readonly name: string;
  readonly instances: number;
  readonly partitions: number;
  readonly replicas: number;
}

const STATES: readonly string[] = ['MASTER', 'SLAVE', 'OFFLINE', 'DROPPED', 'ERROR'];
const RESOURCE = 'kv';

/** A cluster that exists only as the answers of the API: what a test does to it shows in the console, and nothing else. */
export class FakeCluster {
  readonly name: string;
  readonly resource: string = RESOURCE;
  readonly #clock: Clock;
  readonly #replicas: number;
  readonly #instances = new Map<string, FakeInstance>();
  readonly #partitions: Map<string, Replica>[] = [];
  readonly events: ClusterEvent[] = [];
  readonly #listeners = new Set<(event: ClusterEvent) => void>();
  #revision = 0;

  constructor(options: FakeClusterOptions, clock: Clock) {
    this.name = options.name;
    this.#clock = clock;
    this.#replicas = options.replicas;
    const sinceMs = clock.wallMs() - 192_000;
    for (let index = 1; index <= options.instances; index += 1) {
      this.#instances.set(`worker-${index}`, { live: true, enabled: true, reason: null, version: 1, sinceMs });
    }
    const names = [...this.#instances.keys()];
    for (let partition = 0; partition < options.partitions; partition += 1) {
      const row = new Map<string, Replica>();
      for (let copy = 0; copy < options.replicas; copy += 1) {
        const state = copy === 0 ? 'MASTER' : 'SLAVE';
        row.set(names[(partition + copy) % names.length] ?? '', { state, wanted: state, sinceMs });
      }
      this.#partitions.push(row);
    }
  }

  /** Calls `listener` with each further event, until the returned function is called. */
  subscribe(listener: (event: ClusterEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The session of an instance ends: its replicas are gone, the next SLAVE of each partition becomes MASTER. */
  kill(name: string): void {
    this.#change(name, (instance) => {
      instance.live = false;
    });
    this.#emit({ type: 'instance', instance: name, change: 'left' });
    for (const [index, row] of this.#partitions.entries()) {
      const gone = row.get(name);
      if (gone === undefined) continue;
      row.delete(name);
      this.#emit({ ...this.#at(index, name), from: gone.state, to: null });
      const [heir] = row;
      if (gone.state === 'MASTER' && heir !== undefined) this.move(index, heir[0], 'MASTER');
    }
  }

  /** A replica changes its state, as wanted. */
  move(partition: number, instance: string, to: string): void {
    const row = this.#partitions[partition];
    const from = row?.get(instance)?.state ?? null;
    row?.set(instance, { state: to, wanted: to, sinceMs: this.#clock.wallMs() });
    this.#emit({ ...this.#at(partition, instance), from, to });
  }

  /** The controller wants a replica in another state; no event tells of that. */
  want(partition: number, instance: string, wanted: string | null): void {
    const row = this.#partitions[partition];
    const known = row?.get(instance);
    row?.set(instance, known === undefined ? { state: '', wanted, sinceMs: 0 } : { ...known, wanted });
  }

  /** Enables or disables an instance, unless its version is not `expected`: then says false. */
  setEnabled(name: string, enabled: boolean, reason: string | null, expected: number | undefined): boolean {
    const instance = this.#instances.get(name);
    if (instance === undefined || (expected !== undefined && expected !== instance.version)) return false;
    this.#change(name, (found) => {
      found.enabled = enabled;
      found.reason = enabled ? null : reason;
    });
    const why = reason === null ? {} : { reason };
    this.#emit({ type: 'instance', instance: name, change: enabled ? 'enabled' : 'disabled', ...(enabled ? {} : why) });
    return true;
  }

  /** Forgets what happened, as a server does that was replaced: who resumes gets a reset. */
  forget(): void {
    this.events.length = 0;
  }

  summary(): ClusterSummary {
    const instances = [...this.#instances.values()];
    const rows = this.#partitions;
    const has = (state: string): number =>
      rows.filter((row) => [...row.values()].some((r) => r.state === state)).length;
    const replicas = rows.flatMap((row) => [...row.values()]);
    const placed = replicas.filter((replica) => replica.state === replica.wanted).length;
    return {
      name: this.name,
      leader: { name: 'controller-1', sinceMs: this.#clock.wallMs() - 7_620_000 },
      paused: false,
      instances: {
        total: instances.length,
        live: instances.filter(({ live }) => live).length,
        enabled: instances.filter(({ enabled }) => enabled).length,
      },
      resources: 1,
      partitions: { total: rows.length, withTopState: has('MASTER'), inError: has('ERROR') },
      replicas: { wanted: rows.length * this.#replicas, placed },
      converged: placed === rows.length * this.#replicas,
    };
  }

  instances(): readonly Instance[] {
    return [...this.#instances].map(([name, { live, enabled, reason, sinceMs }], index) => ({
      name,
      host: '127.0.0.1',
      port: 7_000 + index,
      live,
      liveSinceMs: live ? sinceMs : null,
      sessionId: live ? `694d7${(index + 1).toString(16)}c0e1f3a8` : null,
      enabled,
      disabledReason: reason,
      tags: [],
      domain: `zone=z${(index % 3) + 1}`,
      disabledPartitions: {},
      states: this.#counts(name),
      pendingTransitions: 0,
    }));
  }

  version(instance: string): number | undefined {
    return this.#instances.get(instance)?.version;
  }

  resources(): readonly Resource[] {
    return [
      {
        name: RESOURCE,
        partitions: this.#partitions.length,
        replicas: this.#replicas,
        stateModel: 'MasterSlave',
        mode: 'FULL_AUTO',
        enabled: true,
        tag: null,
        minActiveReplicas: null,
        states: this.#counts(undefined),
        converged: this.summary().converged,
      },
    ];
  }

  matrix(): MatrixWire {
    const instances = [...this.#instances.keys()];
    const cells: MatrixCell[] = [];
    const index = (state: string | null): number => (state === null ? -1 : STATES.indexOf(state));
    for (const [partition, row] of this.#partitions.entries()) {
      for (const [name, { state, wanted, sinceMs }] of row) {
        cells.push([partition, instances.indexOf(name), index(state), sinceMs, index(wanted)]);
      }
    }
    const partitions = this.#partitions.map((_, partition) => `${RESOURCE}_${partition}`);
    return { resource: RESOURCE, stateModel: 'MasterSlave', states: STATES, instances, partitions, cells };
  }

  explain(partition: string): Explanation | undefined {
    const row = this.#partitions[Number(partition.slice(RESOURCE.length + 1))];
    if (row === undefined) return undefined;
    return {
      resource: RESOURCE,
      partition,
      topStateMissing: ![...row.values()].some(({ state }) => state === 'MASTER'),
      replicas: [...row].map(([instance, { state, wanted, sinceMs }]) => ({
        instance,
        state: state === '' ? null : state,
        wanted,
        sinceMs: sinceMs === 0 ? null : sinceMs,
        fencingToken: '184467',
        reason: { code: 'PREFERRED', text: `${instance} stands in the preference list, and no better one is live.` },
        ...(state === wanted ? {} : { waitingFor: { code: 'PENDING', text: `${instance} has not answered yet.` } }),
      })),
      notHere: [...this.#instances.keys()]
        .filter((name) => !row.has(name))
        .map((instance) => ({ instance, reason: { code: 'ENOUGH', text: 'All wanted replicas are elsewhere.' } })),
    };
  }

  #at(partition: number, instance: string): { type: 'replica'; resource: string; partition: string; instance: string } {
    return { type: 'replica', resource: RESOURCE, partition: `${RESOURCE}_${partition}`, instance };
  }

  #counts(instance: string | undefined): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const row of this.#partitions) {
      for (const [name, { state }] of row) {
        if (state !== '' && (instance === undefined || instance === name)) counts[state] = (counts[state] ?? 0) + 1;
      }
    }
    return counts;
  }

  #change(name: string, change: (instance: FakeInstance) => void): void {
    const instance = this.#instances.get(name);
    if (instance === undefined) throw new Error(`The fake cluster has no ${name}.`);
    change(instance);
    instance.version += 1;
  }

  #emit(body: EventBody): void {
    this.#revision += 1;
    const event = { id: `${this.#revision}-1`, atMs: this.#clock.wallMs(), ...body } as ClusterEvent;
    this.events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}
