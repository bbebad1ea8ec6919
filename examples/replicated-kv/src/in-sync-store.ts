import { decodeRecord, encodeRecord, mapField, simpleField } from '@keelson/cluster';
import { isKeelsonError } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { emptyInSyncSet, type InSyncSet } from './in-sync-set.ts';

/** The set as read, with the version that the next write compares. */
export interface VersionedInSyncSet {
  readonly set: InSyncSet;
  readonly version: number;
}

/** The in-sync sets of one resource, under the cluster's property store, one record a partition. */
export class InSyncStore {
  readonly #store: Pick<Store, 'get' | 'put' | 'delete'>;
  readonly #root: string;

  constructor(store: Pick<Store, 'get' | 'put' | 'delete'>, cluster: string, resource: string) {
    this.#store = store;
    this.#root = `/${cluster}/PROPERTYSTORE/${resource}/IN_SYNC`;
  }

  async read(partition: string): Promise<VersionedInSyncSet> {
    const entry = await this.#store.get(`${this.#root}/${partition}`);
    const record = entry === undefined ? undefined : decodeRecord(entry.value);
    if (entry === undefined || record === undefined) return { set: emptyInSyncSet, version: entry?.version ?? 0 };
    const token = BigInt(simpleField(record, 'TOKEN') ?? '0');
    return {
      set: { token, members: new Map(Object.entries(mapField(record, 'MEMBERS') ?? {})) },
      version: entry.version,
    };
  }

  /** Writes the set if nobody has since `version`. `undefined` where somebody has, or where nobody can know: then read again. */
  async write(partition: string, set: InSyncSet, version: number): Promise<VersionedInSyncSet | undefined> {
    const value = encodeRecord({
      id: partition,
      simpleFields: { TOKEN: String(set.token) },
      mapFields: { MEMBERS: Object.fromEntries(set.members) },
      listFields: {},
    });
    try {
      const written = await this.#store.put(`${this.#root}/${partition}`, value, { expect: { version } });
      return { set, version: written.version };
    } catch (error) {
      if (conflicts.some((code) => isKeelsonError(error, code))) return undefined;
      throw error;
    }
  }

  async delete(partition: string): Promise<void> {
    await this.#store.delete(`${this.#root}/${partition}`);
  }
}

const conflicts = ['E_VERSION_CONFLICT', 'E_ALREADY_EXISTS', 'E_NOT_FOUND', 'E_OUTCOME_UNKNOWN'] as const;
