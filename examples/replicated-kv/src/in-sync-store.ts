import { decodeRecord, encodeRecord, mapField, simpleField } from '@keelson/cluster';
import { isKeelsonError, type Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { emptyInSyncSet, type InSyncSet } from './in-sync-set.ts';
import { whileUnreachable } from './store-patience.ts';

/** The set as read, with the version that the next write compares. */
export interface VersionedInSyncSet {
  readonly set: InSyncSet;
  readonly version: number;
}

/**
 * The in-sync sets of one resource, under the cluster's property store, one record a partition. Calls wait for a store that cannot be
 * reached, until their signal trips.
 */
export class InSyncStore {
  readonly #store: Pick<Store, 'get' | 'put' | 'delete'>;
  readonly #runtime: Runtime;
  readonly #root: string;

  constructor(store: Pick<Store, 'get' | 'put' | 'delete'>, runtime: Runtime, cluster: string, resource: string) {
    this.#store = store;
    this.#runtime = runtime;
    this.#root = `/${cluster}/PROPERTYSTORE/${resource}/IN_SYNC`;
  }

  async read(partition: string, signal: AbortSignal): Promise<VersionedInSyncSet> {
    const path = `${this.#root}/${partition}`;
    const entry = await whileUnreachable(this.#runtime, signal, () => this.#store.get(path, { signal }));
    const record = entry === undefined ? undefined : decodeRecord(entry.value);
    if (entry === undefined || record === undefined) return { set: emptyInSyncSet, version: entry?.version ?? 0 };
    const token = BigInt(simpleField(record, 'TOKEN') ?? '0');
    return {
      set: { token, members: new Map(Object.entries(mapField(record, 'MEMBERS') ?? {})) },
      version: entry.version,
    };
  }

  /** Writes the set if nobody has since `version`. `undefined` where somebody has, or where nobody can know: then read again. */
  async write(
    partition: string,
    set: InSyncSet,
    version: number,
    signal: AbortSignal,
  ): Promise<VersionedInSyncSet | undefined> {
    const value = encodeRecord({
      id: partition,
      simpleFields: { TOKEN: String(set.token) },
      mapFields: { MEMBERS: Object.fromEntries(set.members) },
      listFields: {},
    });
    const path = `${this.#root}/${partition}`;
    try {
      const written = await whileUnreachable(this.#runtime, signal, () =>
        this.#store.put(path, value, { expect: { version }, signal }),
      );
      return { set, version: written.version };
    } catch (error) {
      if (conflicts.some((code) => isKeelsonError(error, code))) return undefined;
      throw error;
    }
  }

  async delete(partition: string, signal: AbortSignal): Promise<void> {
    const path = `${this.#root}/${partition}`;
    await whileUnreachable(this.#runtime, signal, () => this.#store.delete(path, { signal }));
  }
}

const conflicts = ['E_VERSION_CONFLICT', 'E_ALREADY_EXISTS', 'E_NOT_FOUND', 'E_OUTCOME_UNKNOWN'] as const;
