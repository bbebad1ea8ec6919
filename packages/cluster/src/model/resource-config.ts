import { type Capacities, capacitiesOfJson } from './capacities.ts';
import { booleanField, integerField, listField, mapValue, simpleField, type ZNRecord } from './record.ts';

const WEIGHTS = 'PARTITION_CAPACITY_MAP';
/** Entry of PARTITION_CAPACITY_MAP for partitions that have none of their own. */
const DEFAULT_PARTITION = 'DEFAULT';

/** What is said of a resource beside its ideal state (`CONFIGS/RESOURCE/{resource}`). What it says wins. */
export class ResourceConfig {
  readonly record: ZNRecord;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  get resource(): string {
    return this.record.id;
  }
  /** `undefined` where it does not say. */
  get enabled(): boolean | undefined {
    return simpleField(this.record, 'HELIX_ENABLED') === undefined
      ? undefined
      : booleanField(this.record, 'HELIX_ENABLED', true);
  }
  get instanceTag(): string | undefined {
    return simpleField(this.record, 'INSTANCE_GROUP_TAG');
  }
  get minActiveReplicas(): number {
    return integerField(this.record, 'MIN_ACTIVE_REPLICAS', -1);
  }
  /** `undefined` where it does not say. */
  get maxPartitionsPerInstance(): number | undefined {
    const most = integerField(this.record, 'MAX_PARTITIONS_PER_INSTANCE', -1);
    return most > 0 ? most : undefined;
  }
  /** What a replica of each of its partitions weighs that has no weights of its own. */
  get defaultWeights(): Capacities {
    return capacitiesOfJson(mapValue(this.record, WEIGHTS, DEFAULT_PARTITION));
  }
  /** What a replica of the partition weighs; `undefined` where it has no weights of its own. */
  weights(partition: string): Capacities | undefined {
    const text = mapValue(this.record, WEIGHTS, partition);
    return text === undefined ? undefined : capacitiesOfJson(text);
  }
  /** A list of the operator's own, which takes the place of the computed one in FULL_AUTO. */
  preferenceList(partition: string): readonly string[] | undefined {
    return listField(this.record, partition);
  }
}
