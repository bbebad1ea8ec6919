import { eventLog, listElections, listGroups, listLocks, listMembers } from '@keelson/coordination';
import type { Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import type { GaugeSample, MetricsRegistry } from './registry.ts';

/** Longest time that reading the store for one scrape may take, in milliseconds; what was read before is shown after that. */
const READ_TIMEOUT_MS = 2_000;

/** What was read is shown for so long before it is read again, in milliseconds: several scrapers cost no more than one. */
const FRESH_MS = 2_000;

/** Most locks, groups or topics that are shown by name: each is a series that Prometheus keeps. Those beyond are left out, in the order of their names. */
const MOST_NAMES = 200;

/** The gauges, by OpenTelemetry name. */
export const coordinationGauges: Readonly<
  Record<string, { readonly attributes: readonly string[]; readonly description: string; readonly unit: string }>
> = {
  'keelson.lock.queue.length': {
    unit: '{place}',
    attributes: ['kind', 'name'],
    description: 'Places in line behind the holders of a lock or semaphore.',
  },
  'keelson.lock.holders': {
    unit: '{holder}',
    attributes: ['kind', 'name'],
    description: 'Holders of a lock or semaphore.',
  },
  'keelson.election.term': { unit: '{term}', attributes: ['name'], description: 'Leaders that an election has had.' },
  'keelson.election.candidates': {
    unit: '{candidate}',
    attributes: ['name'],
    description: 'Who stands behind the leader of an election.',
  },
  'keelson.group.members': { unit: '{member}', attributes: ['name'], description: 'Members of a group.' },
  'keelson.event.retained': { unit: '{event}', attributes: ['topic'], description: 'Events of a topic that are kept.' },
  'keelson.event.consumer.lag': {
    unit: '{event}',
    attributes: ['topic', 'consumer'],
    description: 'Events that a consumer has not dealt with.',
  },
};

type Samples = Map<string, GaugeSample[]>;

/** Shows on the page who waits, leads, belongs and lags, as the store says. Ask for `refresh` before the page is written. */
export class CoordinationGauges {
  readonly #store: Store;
  readonly #runtime: Runtime;
  #samples: Samples = new Map();
  #readMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(registry: MetricsRegistry, store: Store, runtime: Runtime) {
    this.#store = store;
    this.#runtime = runtime;
    for (const [name, { description }] of Object.entries(coordinationGauges))
      registry.gauge(name.replaceAll('.', '_'), description, () => this.#samples.get(name) ?? []);
  }

  /** Reads the store, unless that was done a moment ago. Never rejects: a page without these beats no page. */
  refresh(): Promise<void> {
    if (this.#runtime.clock.monotonicMs() - this.#readMs < FRESH_MS) return Promise.resolve();
    this.#reading ??= this.#read()
      .then((samples) => {
        this.#samples = samples;
        this.#readMs = this.#runtime.clock.monotonicMs();
      })
      .catch((error: unknown) => {
        this.#samples = new Map();
        this.#runtime.logger.warn({ error }, 'metrics of locks, elections, groups and events could not be read');
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  async #read(): Promise<Samples> {
    const samples: Samples = new Map();
    const add = (name: string, labels: GaugeSample['labels'], value: number): void => {
      const known = samples.get(name) ?? [];
      samples.set(name, known);
      known.push({ labels, value });
    };
    await Promise.all([this.#readLocks(add), this.#readElections(add), this.#readGroups(add), this.#readTopics(add)]);
    return samples;
  }

  async #readLocks(add: Add): Promise<void> {
    for (const kind of ['lock', 'semaphore'] as const) {
      const locks = await listLocks({ store: this.#store, kind, timeoutMs: READ_TIMEOUT_MS });
      for (const { name, holders, waiting } of locks.slice(0, MOST_NAMES)) {
        add('keelson.lock.queue.length', { kind, name }, waiting.length);
        add('keelson.lock.holders', { kind, name }, holders.length);
      }
    }
  }

  async #readElections(add: Add): Promise<void> {
    const elections = await listElections({ store: this.#store, timeoutMs: READ_TIMEOUT_MS });
    for (const { name, term, candidates } of elections.slice(0, MOST_NAMES)) {
      add('keelson.election.term', { name }, term);
      add('keelson.election.candidates', { name }, candidates.length);
    }
  }

  async #readGroups(add: Add): Promise<void> {
    const query = { store: this.#store, timeoutMs: READ_TIMEOUT_MS };
    const names = (await listGroups(query)).slice(0, MOST_NAMES);
    const sizes = await Promise.all(names.map(async (name) => (await listMembers(name, query)).length));
    for (const [index, name] of names.entries()) add('keelson.group.members', { name }, sizes[index] ?? 0);
  }

  async #readTopics(add: Add): Promise<void> {
    const limits = { timeoutMs: READ_TIMEOUT_MS };
    const log = eventLog({ store: this.#store, runtime: this.#runtime });
    const names = (await log.topics(limits)).slice(0, MOST_NAMES);
    for (const { name: topic, first, next, cursors } of await Promise.all(
      names.map((name) => log.topic(name).describe(limits)),
    )) {
      add('keelson.event.retained', { topic }, next - first);
      for (const { consumer, behind } of cursors) add('keelson.event.consumer.lag', { topic, consumer }, behind);
    }
  }
}

type Add = (name: string, labels: GaugeSample['labels'], value: number) => void;
