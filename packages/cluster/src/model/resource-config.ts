import { booleanField, integerField, listField, simpleField, type ZNRecord } from './record.ts';

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
  /** A list of the operator's own, which takes the place of the computed one in FULL_AUTO. */
  preferenceList(partition: string): readonly string[] | undefined {
    return listField(this.record, partition);
  }
}
