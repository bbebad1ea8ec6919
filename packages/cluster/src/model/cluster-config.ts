import { booleanField, integerField, simpleField, withSimpleFields, type ZNRecord } from './record.ts';

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
    const written = simpleField(this.record, 'FAULT_ZONE_TYPE');
    if (written !== undefined) return written;
    const levels = (simpleField(this.record, 'TOPOLOGY') ?? '').split('/').filter((level) => level !== '');
    return levels.at(-1);
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
