import { bucketSizeOf } from './buckets.ts';
import {
  booleanField,
  integerField,
  listField,
  mapField,
  type SimpleFields,
  simpleField,
  withListFields,
  withMapFields,
  withSimpleFields,
  type ZNRecord,
} from './record.ts';

/** Who decides: FULL_AUTO where and in which state; SEMI_AUTO the operator where, the controller in which state; CUSTOMIZED the operator both. */
export type RebalanceMode = 'FULL_AUTO' | 'SEMI_AUTO' | 'CUSTOMIZED' | 'USER_DEFINED' | 'TASK';

/** As many replicas as there are nodes. */
export const ANY_LIVE_INSTANCE = 'ANY_LIVEINSTANCE';

const modes: readonly RebalanceMode[] = ['FULL_AUTO', 'SEMI_AUTO', 'CUSTOMIZED', 'USER_DEFINED', 'TASK'];

/** The older name of each mode, which Helix writes beside it. */
const legacyModes: Readonly<Record<RebalanceMode, string>> = {
  FULL_AUTO: 'AUTO_REBALANCE',
  SEMI_AUTO: 'AUTO',
  CUSTOMIZED: 'CUSTOMIZED',
  USER_DEFINED: 'CUSTOMIZED',
  TASK: 'AUTO_REBALANCE',
};

/** What the operator wants of one resource (`IDEALSTATES/{resource}`). */
export class IdealState {
  readonly record: ZNRecord;
  #partitions: readonly string[] | undefined;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  /** A new resource without lists or maps. */
  static create(options: {
    readonly resource: string;
    readonly partitions: number;
    readonly replicas: number | typeof ANY_LIVE_INSTANCE;
    readonly stateModel: string;
    readonly mode: RebalanceMode;
    readonly stateModelFactory?: string;
  }): IdealState {
    const simpleFields = {
      IDEAL_STATE_MODE: legacyModes[options.mode],
      NUM_PARTITIONS: String(options.partitions),
      REBALANCE_MODE: options.mode,
      REPLICAS: String(options.replicas),
      STATE_MODEL_DEF_REF: options.stateModel,
      STATE_MODEL_FACTORY_NAME: options.stateModelFactory ?? 'DEFAULT',
    };
    return new IdealState({ id: options.resource, simpleFields, mapFields: {}, listFields: {} });
  }

  get resource(): string {
    return this.record.id;
  }
  get partitionCount(): number {
    return integerField(this.record, 'NUM_PARTITIONS', -1);
  }
  /** A number, or `ANY_LIVEINSTANCE`, as it is written. */
  get replicas(): string {
    return simpleField(this.record, 'REPLICAS') ?? '0';
  }
  /** Derived from the older IDEAL_STATE_MODE where REBALANCE_MODE is missing or unknown. */
  get mode(): RebalanceMode {
    const written = simpleField(this.record, 'REBALANCE_MODE')?.toUpperCase();
    const known = modes.find((mode) => mode === written);
    if (known !== undefined) return known;
    const legacy = simpleField(this.record, 'IDEAL_STATE_MODE')?.toUpperCase();
    return modes.find((mode) => legacyModes[mode] === legacy) ?? 'SEMI_AUTO';
  }
  get stateModel(): string {
    return simpleField(this.record, 'STATE_MODEL_DEF_REF') ?? '';
  }
  get stateModelFactory(): string {
    return simpleField(this.record, 'STATE_MODEL_FACTORY_NAME') ?? 'DEFAULT';
  }
  get enabled(): boolean {
    return booleanField(this.record, 'HELIX_ENABLED', true);
  }
  /** Only instances with this tag may hold it. */
  get instanceTag(): string | undefined {
    return simpleField(this.record, 'INSTANCE_GROUP_TAG');
  }
  /** -1 where not set: then as many as there are replicas. */
  get minActiveReplicas(): number {
    return integerField(this.record, 'MIN_ACTIVE_REPLICAS', -1);
  }
  /** Most partitions of it that one instance may hold; no limit where not set. */
  get maxPartitionsPerInstance(): number {
    const most = integerField(this.record, 'MAX_PARTITIONS_PER_INSTANCE', -1);
    return most > 0 ? most : Number.MAX_SAFE_INTEGER;
  }
  /** How long a lost node keeps its place, in milliseconds; -1 where not set. */
  get rebalanceDelayMs(): number {
    return integerField(this.record, 'REBALANCE_DELAY', -1);
  }
  get externalViewDisabled(): boolean {
    return booleanField(this.record, 'EXTERNAL_VIEW_DISABLED', false);
  }
  get bucketSize(): number {
    return bucketSizeOf(this.record);
  }
  get rebalancerClass(): string | undefined {
    return simpleField(this.record, 'REBALANCER_CLASS_NAME');
  }

  /** The partitions: keys of the maps where CUSTOMIZED, of the lists else, in the order of the record. */
  get partitions(): readonly string[] {
    this.#partitions ??= Object.keys(this.mode === 'CUSTOMIZED' ? this.record.mapFields : this.record.listFields);
    return this.#partitions;
  }
  /** Whether the partition is one of its own. */
  hasPartition(partition: string): boolean {
    return Object.hasOwn(this.mode === 'CUSTOMIZED' ? this.record.mapFields : this.record.listFields, partition);
  }
  /** Instances in order of preference, the first for the top state; `undefined` where the partition is unknown. */
  preferenceList(partition: string): readonly string[] | undefined {
    return listField(this.record, partition);
  }
  /** The wanted state on each instance, where CUSTOMIZED. */
  instanceStates(partition: string): SimpleFields | undefined {
    return mapField(this.record, partition);
  }

  /** What keeps it from being usable, or `undefined`. */
  get fault(): string | undefined {
    if (this.partitionCount < 0) return 'NUM_PARTITIONS is missing or negative';
    if (this.stateModel === '') return 'STATE_MODEL_DEF_REF is missing';
    if (this.replicas !== ANY_LIVE_INSTANCE && !/^\d{1,9}$/.test(this.replicas)) return 'REPLICAS is not a number';
    if (this.mode !== 'SEMI_AUTO' || this.replicas === ANY_LIVE_INSTANCE) return undefined;
    const short = Object.entries(this.record.listFields).find(([, list]) => String(list.length) !== this.replicas);
    return short === undefined
      ? undefined
      : `the preference list of ${short[0]} has ${short[1].length} instances, REPLICAS is ${this.replicas}`;
  }

  withSimple(changes: Readonly<Record<string, string | undefined>>): IdealState {
    return new IdealState(withSimpleFields(this.record, changes));
  }
  withMode(mode: RebalanceMode): IdealState {
    return this.withSimple({ IDEAL_STATE_MODE: legacyModes[mode], REBALANCE_MODE: mode });
  }
  withPreferenceLists(lists: Readonly<Record<string, readonly string[] | undefined>>): IdealState {
    return new IdealState(withListFields(this.record, lists));
  }
  withInstanceStates(maps: Readonly<Record<string, SimpleFields | undefined>>): IdealState {
    return new IdealState(withMapFields(this.record, maps));
  }
}
