import type { CallOptions } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { builtInStateModel, type ClusterPaths, decodeRecord, StateModelDefinition } from '../model/index.ts';

/**
 * The cluster's state models as far as this participant met them. A definition does not change while replicas use it, so each is
 * read once per membership; one that is not there is looked for again.
 */
export class StateModelCatalogue {
  readonly #store: Store;
  readonly #paths: ClusterPaths;
  readonly #models = new Map<string, StateModelDefinition>();

  constructor(store: Store, paths: ClusterPaths) {
    this.#store = store;
    this.#paths = paths;
  }

  /** Reads those of `names` that are not known yet. */
  async load(names: Iterable<string>, options: CallOptions): Promise<void> {
    const missing = [...new Set(names)].filter((name) => name !== '' && !this.#models.has(name));
    await Promise.all(
      missing.map(async (name) => {
        const entry = await this.#store.get(this.#paths.stateModelDefinition(name), options);
        const record = entry === undefined ? undefined : decodeRecord(entry.value);
        const model = record === undefined ? builtInStateModel(name) : new StateModelDefinition(record);
        if (model !== undefined) this.#models.set(name, model);
      }),
    );
  }

  /** The state in which a replica begins; `undefined` where nobody has defined the model. */
  initialState(name: string): string | undefined {
    return this.#models.get(name)?.initialState;
  }
}
