import { type Capacities, capacitiesOf } from './capacities.ts';
import {
  booleanField,
  integerField,
  listField,
  mapField,
  simpleField,
  withSimpleFields,
  type ZNRecord,
} from './record.ts';

/** What the operator says of the whole cluster (`CONFIGS/CLUSTER/{cluster}`). */
export class ClusterConfig {
  readonly record: ZNRecord;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  /** Whether an instance nobody has added may add itself as it joins. */
  get autoJoin(): boolean {
    return booleanField(this.record, 'allowParticipantAutoJoin', false);
  }
  get topologyAware(): boolean {
    return booleanField(this.record, 'TOPOLOGY_AWARE_ENABLED', false);
  }
  /** The key of DOMAIN that names the zone of faults. Default: the last but one level of TOPOLOGY. */
  get faultZoneType(): string | undefined {
    return simpleField(this.record, 'FAULT_ZONE_TYPE') ?? this.topologyLevels.at(-1);
  }
  /** Keys of DOMAIN from the widest level to the narrowest. */
  get topologyLevels(): readonly string[] {
    return (simpleField(this.record, 'TOPOLOGY') ?? '').split('/').filter((level) => level !== '');
  }
  /** What instances have room for and partitions of WAGED resources weigh; empty: they are counted. */
  get capacityKeys(): readonly string[] {
    return listField(this.record, 'INSTANCE_CAPACITY_KEYS') ?? [];
  }
  /** Room of an instance that does not say its own. */
  get defaultInstanceCapacity(): Capacities {
    return capacitiesOf(mapField(this.record, 'DEFAULT_INSTANCE_CAPACITY_MAP'));
  }
  /** Weight of a partition whose resource does not say its own. */
  get defaultPartitionWeight(): Capacities {
    return capacitiesOf(mapField(this.record, 'DEFAULT_PARTITION_WEIGHT_MAP'));
  }
  /** Most replicas of all WAGED resources together on one instance; no limit where not set. */
  get maxPartitionsPerInstance(): number {
    const most = integerField(this.record, 'MAX_PARTITIONS_PER_INSTANCE', -1);
    return most > 0 ? most : Number.MAX_SAFE_INTEGER;
  }
  /** Whether the controller writes the lists and states it has worked out into the ideal states. */
  get persistBestPossible(): boolean {
    return booleanField(this.record, 'PERSIST_BEST_POSSIBLE_ASSIGNMENT', false);
  }
  get rebalanceDelayMs(): number {
    return integerField(this.record, 'DELAY_REBALANCE_TIME', -1);
  }

  withSimple(changes: Readonly<Record<string, string | undefined>>): ClusterConfig {
    return new ClusterConfig(withSimpleFields(this.record, changes));
  }
}
