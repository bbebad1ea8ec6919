import { decodeRecord, encodeRecord, mapField, simpleField } from '@keelson/cluster';
import { isKeelsonError, type Runtime } from '@keelson/runtime';
import type { Revision, Store } from '@keelson/store';
import { GroupedWrites } from './grouped-writes.ts';
import { emptyInSyncSet, type InSyncSet } from './in-sync-set.ts';
import { whileUnreachable } from './store-patience.ts';

/** The set as read, with the version that the next write compares. */
export interface VersionedInSyncSet {
  readonly set: InSyncSet;
  readonly version: number;
  /** The store's revision that wrote it; 0 where it has never been written. */
  readonly revision: Revision;
}

/** What is asked of the store here. */
type SetStore = Pick<Store, 'get' | 'delete' | 'transact' | 'capabilities'>;

/**
 * The in-sync sets of one resource, under the cluster's property store, one record a partition. Calls wait for a store that cannot be
 * reached, until their signal trips.
 */
export class InSyncStore {
  readonly #store: SetStore;
  readonly #writes: GroupedWrites;
  readonly #runtime: Runtime;
  readonly #root: string;

  constructor(store: SetStore, runtime: Runtime, cluster: string, resource: string) {
    this.#store = store;
    this.#writes = new GroupedWrites(store, runtime);
    this.#runtime = runtime;
    this.#root = `/${cluster}/PROPERTYSTORE/${resource}/IN_SYNC`;
  }

  async read(partition: string, signal: AbortSignal): Promise<VersionedInSyncSet> {
    const path = `${this.#root}/${partition}`;
    const entry = await whileUnreachable(this.#runtime, signal, () => this.#store.get(path, { signal }));
    const record = entry === undefined ? undefined : decodeRecord(entry.value);
    const revision = entry?.modifyRevision ?? 0n;
    if (entry === undefined || record === undefined)
      return { set: emptyInSyncSet, version: entry?.version ?? 0, revision };
    const token = BigInt(simpleField(record, 'TOKEN') ?? '0');
    const set = { token, members: new Map(Object.entries(mapField(record, 'MEMBERS') ?? {})) };
    return { set, version: entry.version, revision };
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
        this.#writes.write(path, value, version, signal),
      );
      return written && { set, version: written.version, revision: written.revision };
    } catch (error) {
      if (isKeelsonError(error, 'E_OUTCOME_UNKNOWN')) return undefined;
      throw error;
    }
  }

  async delete(partition: string, signal: AbortSignal): Promise<void> {
    const path = `${this.#root}/${partition}`;
    await whileUnreachable(this.#runtime, signal, () => this.#store.delete(path, { signal }));
  }
}
