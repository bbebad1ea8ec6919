import { bucketSizeOf } from './buckets.ts';
import {
  integerText,
  mapValue,
  type SimpleFields,
  simpleField,
  sortedFields,
  withMapFields,
  type ZNRecord,
} from './record.ts';

/** What a participant says of one replica after a transition. */
export interface ReplicaUpdate {
  readonly state: string;
  readonly previousState: string;
  /** Wall time in milliseconds. */
  readonly startedMs: number;
  /** Wall time in milliseconds. */
  readonly endedMs: number;
  /** The controller that asked for it. */
  readonly triggeredBy: string;
  readonly info?: string;
  /** Of the transition's message. Absent in what Helix writes. */
  readonly fencingToken?: bigint;
}

/** The map field of one replica. */
export function replicaFields(update: ReplicaUpdate): SimpleFields {
  const token: SimpleFields = update.fencingToken === undefined ? {} : { FENCING_TOKEN: String(update.fencingToken) };
  return {
    CURRENT_STATE: update.state,
    END_TIME: String(update.endedMs),
    ...token,
    INFO: update.info ?? '',
    PREVIOUS_STATE: update.previousState,
    START_TIME: String(update.startedMs),
    TRIGGERED_BY: update.triggeredBy,
  };
}

/** What a participant holds of one resource in one session (`INSTANCES/{i}/CURRENTSTATES/{session}/{resource}`). */
export class CurrentState {
  readonly record: ZNRecord;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  /** A current state without replicas, as the participant creates it before its first transition. */
  static create(options: {
    readonly resource: string;
    readonly session: string;
    readonly stateModel: string;
    readonly stateModelFactory?: string;
    readonly bucketSize?: number;
  }): CurrentState {
    const simpleFields = {
      BATCH_MESSAGE_MODE: 'false',
      BUCKET_SIZE: String(options.bucketSize ?? 0),
      SESSION_ID: options.session,
      STATE_MODEL_DEF: options.stateModel,
      STATE_MODEL_FACTORY_NAME: options.stateModelFactory ?? 'DEFAULT',
    };
    return new CurrentState({ id: options.resource, simpleFields, mapFields: {}, listFields: {} });
  }

  get resource(): string {
    return this.record.id;
  }
  /** '' where it does not say; such a current state is ignored, as it is in Helix. */
  get session(): string {
    return simpleField(this.record, 'SESSION_ID') ?? '';
  }
  get stateModel(): string {
    return simpleField(this.record, 'STATE_MODEL_DEF') ?? '';
  }
  get stateModelFactory(): string {
    return simpleField(this.record, 'STATE_MODEL_FACTORY_NAME') ?? 'DEFAULT';
  }
  get bucketSize(): number {
    return bucketSizeOf(this.record);
  }
  get partitions(): readonly string[] {
    return Object.keys(this.record.mapFields);
  }
  /** The state of a partition's replica here; `undefined` where there is none. */
  stateOf(partition: string): string | undefined {
    return mapValue(this.record, partition, 'CURRENT_STATE');
  }
  /** Wall time in milliseconds at which the replica came into its state; -1 where it does not say. */
  enteredMs(partition: string): number {
    return integerText(mapValue(this.record, partition, 'END_TIME'), -1);
  }

  /** Token of the transition that brought the replica into its state, in decimal; `undefined` where a participant of Helix wrote it. */
  fencingTokenOf(partition: string): string | undefined {
    return mapValue(this.record, partition, 'FENCING_TOKEN');
  }
  /** What the participant says of the last transition: empty, or why it failed. */
  infoOf(partition: string): string {
    return mapValue(this.record, partition, 'INFO') ?? '';
  }

  /** With one replica changed. */
  withReplica(partition: string, update: ReplicaUpdate): CurrentState {
    return this.withFields({ [partition]: replicaFields(update) });
  }

  /** Without that replica. A current state left without replicas is deleted from the store. */
  withoutReplica(partition: string): CurrentState {
    return this.withFields({ [partition]: undefined });
  }

  /** With the fields of replicas set, or, where `undefined`, taken out. */
  withFields(changes: Readonly<Record<string, SimpleFields | undefined>>): CurrentState {
    return new CurrentState(withMapFields(this.record, changes));
  }

  /**
   * What a new session takes over from an older one: every replica in the model's initial state, and nothing else known of it.
   * Replicas that `own` holds already are left as they are.
   */
  carriedOver(session: string, initialState: string, own?: CurrentState): CurrentState {
    const carried = this.partitions.map((partition) => [partition, { CURRENT_STATE: initialState }] as const);
    return new CurrentState({
      ...this.record,
      simpleFields: { ...this.record.simpleFields, SESSION_ID: session },
      mapFields: sortedFields([...carried, ...Object.entries(own?.record.mapFields ?? {})]),
    });
  }
}
