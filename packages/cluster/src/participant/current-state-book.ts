import type { Operation } from '@keelson/store';
import {
  bucketName,
  type ClusterPaths,
  CurrentState,
  encodeRecord,
  type SimpleFields,
  withMapFields,
  type ZNRecord,
} from '../model/index.ts';

/** One replica's change as it goes into the current state; `undefined` takes the replica out. */
export interface ReplicaDelta {
  readonly resource: string;
  readonly partition: string;
  readonly fields: SimpleFields | undefined;
}

/** How the current state of a resource begins. */
export interface ResourceHead {
  readonly resource: string;
  readonly stateModel: string;
  readonly stateModelFactory: string;
  readonly bucketSize: number;
}

/**
 * The current states of one session, resource by resource. The participant is their only writer, so they are kept here and
 * written whole: never read back, never merged.
 */
export class CurrentStateBook {
  readonly #paths: ClusterPaths;
  readonly #instance: string;
  readonly #session: string;
  readonly #states = new Map<string, CurrentState>();

  constructor(paths: ClusterPaths, instance: string, session: string) {
    this.#paths = paths;
    this.#instance = instance;
    this.#session = session;
  }

  /** Takes over what was carried over from an earlier session; it is in the store already. */
  adopt(state: CurrentState): void {
    this.#states.set(state.resource, state);
  }

  /** Sees to it that the resource has a current state. Answers the write that creates one where there was none. */
  ensure(head: ResourceHead): readonly Operation[] {
    if (this.#states.has(head.resource)) return [];
    const state = CurrentState.create({ ...head, session: this.#session });
    this.#states.set(head.resource, state);
    return [this.#put(this.#path(head.resource), state.record)];
  }

  /**
   * Applies changes and answers the writes that make the store agree: one per resource, or per bucket touched. A resource left
   * without replicas loses its entry, as in Helix.
   */
  apply(deltas: readonly ReplicaDelta[]): readonly Operation[] {
    const byResource = new Map<string, ReplicaDelta[]>();
    for (const delta of deltas) {
      const group = byResource.get(delta.resource);
      if (group === undefined) byResource.set(delta.resource, [delta]);
      else group.push(delta);
    }
    return [...byResource].flatMap(([resource, group]) => this.#applyTo(resource, group));
  }

  #applyTo(resource: string, deltas: readonly ReplicaDelta[]): readonly Operation[] {
    const before = this.#states.get(resource);
    if (before === undefined) return [];
    const changes = Object.fromEntries(deltas.map(({ partition, fields }) => [partition, fields]));
    const after = before.withFields(changes);
    const empty = after.partitions.length === 0;
    if (empty) this.#states.delete(resource);
    else this.#states.set(resource, after);
    if (after.bucketSize > 0) return this.#bucketWrites(after, Object.keys(changes), empty);
    const path = this.#path(resource);
    return [empty ? { type: 'delete', path } : this.#put(path, after.record)];
  }

  #bucketWrites(state: CurrentState, changed: readonly string[], empty: boolean): readonly Operation[] {
    const head = this.#path(state.resource);
    const touched = new Set(changed.map((partition) => bucketName(partition, state.bucketSize)));
    const writes = [...touched].map((bucket): Operation => {
      const record = bucketRecord(state, bucket);
      const path = `${head}/${bucket}`;
      return Object.keys(record.mapFields).length === 0 ? { type: 'delete', path } : this.#put(path, record);
    });
    return empty ? [...writes, { type: 'delete', path: head }] : writes;
  }

  #path(resource: string): string {
    return this.#paths.currentState(this.#instance, this.#session, resource);
  }

  #put(path: string, record: ZNRecord): Operation {
    return { type: 'put', path, value: encodeRecord(record) };
  }
}

/** The part of a current state that lies in one bucket, with the simple fields that Helix repeats there. */
function bucketRecord(state: CurrentState, bucket: string): ZNRecord {
  const { BATCH_MESSAGE_MODE: _, ...simpleFields } = state.record.simpleFields;
  const inside = state.partitions.filter((partition) => bucketName(partition, state.bucketSize) === bucket);
  const maps = Object.fromEntries(inside.map((partition) => [partition, state.record.mapFields[partition]]));
  return withMapFields({ id: state.resource, simpleFields, mapFields: {}, listFields: {} }, maps);
}
