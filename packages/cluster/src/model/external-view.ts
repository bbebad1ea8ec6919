import { bucketSizeOf } from './buckets.ts';
import { integerField, mapField, type SimpleFields, simpleField, type ZNRecord } from './record.ts';

/** What is, of one resource, as the controller last saw it (`EXTERNALVIEW/{resource}`). */
export class ExternalView {
  readonly record: ZNRecord;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  /** The view of a resource: a copy of the ideal state's simple fields, the bucket size always, and state by partition and instance. */
  static create(
    resource: string,
    idealStateFields: SimpleFields,
    states: Readonly<Record<string, SimpleFields>>,
  ): ExternalView {
    const simpleFields = { BUCKET_SIZE: '0', ...idealStateFields };
    return new ExternalView({ id: resource, simpleFields, mapFields: states, listFields: {} });
  }

  get resource(): string {
    return this.record.id;
  }
  get stateModel(): string {
    return simpleField(this.record, 'STATE_MODEL_DEF_REF') ?? '';
  }
  get bucketSize(): number {
    return bucketSizeOf(this.record);
  }
  /** How many partitions the resource was declared with; 0 where the view does not say. {@link partitions} may be fewer. */
  get partitionCount(): number {
    return Math.max(0, integerField(this.record, 'NUM_PARTITIONS', 0));
  }
  /** Partitions that have a replica somewhere. */
  get partitions(): readonly string[] {
    return Object.keys(this.record.mapFields);
  }
  /** State by instance; empty where the partition has no replica. */
  instanceStates(partition: string): SimpleFields {
    return mapField(this.record, partition) ?? {};
  }
}
