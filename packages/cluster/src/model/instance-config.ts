import { type Capacities, capacitiesOf } from './capacities.ts';
import {
  booleanField,
  integerField,
  listField,
  mapField,
  mapValue,
  simpleField,
  withListFields,
  withMapFields,
  withSimpleFields,
  type ZNRecord,
} from './record.ts';

/** What an instance may do. Only ENABLE and DISABLE are offered by the admin of this package; the others are understood. */
export type InstanceOperation = 'ENABLE' | 'DISABLE' | 'EVACUATE' | 'SWAP_IN' | 'UNKNOWN';

const operations: readonly InstanceOperation[] = ['ENABLE', 'DISABLE', 'EVACUATE', 'SWAP_IN', 'UNKNOWN'];
const DISABLED_PARTITIONS = 'HELIX_DISABLED_PARTITION';
/** Key under which a partition is disabled whatever resource it belongs to. */
const ALL_RESOURCES = 'ALL_RESOURCES';

/** Host and port by Helix's convention for names, `host_port`, split at the last underscore. */
export function hostAndPort(instance: string): { readonly host: string; readonly port: string } {
  const cut = instance.lastIndexOf('_');
  return cut < 0 ? { host: instance, port: '' } : { host: instance.slice(0, cut), port: instance.slice(cut + 1) };
}

/** The last entry of a list of operations, each a JSON object in a string; one that cannot be read is UNKNOWN. */
function lastOperation(list: readonly string[]): InstanceOperation | undefined {
  const last = list.at(-1);
  if (last === undefined) return undefined;
  try {
    const entry: unknown = JSON.parse(last);
    const name = typeof entry === 'object' && entry !== null && 'OPERATION' in entry ? entry.OPERATION : undefined;
    return operations.find((operation) => operation === name) ?? 'UNKNOWN';
  } catch {
    return 'UNKNOWN';
  }
}

/** What the operator says of one instance (`CONFIGS/PARTICIPANT/{i}`). */
export class InstanceConfig {
  readonly record: ZNRecord;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  /** A new one. With `enabledMs`, the wall time in milliseconds, it says that it is enabled since, as HelixAdmin does and auto-join does not. */
  static create(
    instance: string,
    options: { readonly host?: string; readonly port?: number; readonly enabledMs?: number } = {},
  ): InstanceConfig {
    const byName = hostAndPort(instance);
    const enabled: Readonly<Record<string, string>> =
      options.enabledMs === undefined
        ? {}
        : { HELIX_ENABLED: 'true', HELIX_ENABLED_TIMESTAMP: String(options.enabledMs) };
    const simpleFields = {
      ...enabled,
      HELIX_HOST: options.host ?? byName.host,
      HELIX_PORT: options.port === undefined ? byName.port : String(options.port),
    };
    return new InstanceConfig({ id: instance, simpleFields, mapFields: {}, listFields: {} });
  }

  get instance(): string {
    return this.record.id;
  }
  get host(): string {
    return simpleField(this.record, 'HELIX_HOST') ?? hostAndPort(this.instance).host;
  }
  get port(): string {
    return simpleField(this.record, 'HELIX_PORT') ?? hostAndPort(this.instance).port;
  }
  get tags(): readonly string[] {
    return listField(this.record, 'TAG_LIST') ?? [];
  }
  /** `zone=z1,rack=r2,instance=i3`, '' where not set. */
  get domain(): string {
    return simpleField(this.record, 'DOMAIN') ?? '';
  }
  get disabledReason(): string | undefined {
    return simpleField(this.record, 'HELIX_DISABLED_REASON');
  }
  /** Wall time in milliseconds of the last change between enabled and disabled; -1 where not known. */
  get enabledChangedMs(): number {
    return integerField(this.record, 'HELIX_ENABLED_TIMESTAMP', -1);
  }

  /** What it may do, of HELIX_ENABLED and the list of operations together: HELIX_ENABLED decides between ENABLE and DISABLE. */
  get operation(): InstanceOperation {
    const flag = booleanField(this.record, 'HELIX_ENABLED', true);
    const active = lastOperation(listField(this.record, 'HELIX_INSTANCE_OPERATIONS') ?? []) ?? 'ENABLE';
    if (!flag && (active === 'ENABLE' || active === 'EVACUATE')) return 'DISABLE';
    return active === 'DISABLE' && flag ? 'ENABLE' : active;
  }
  get enabled(): boolean {
    return this.operation === 'ENABLE';
  }

  /** What its domain says of a level, `undefined` where nothing. */
  domainValue(level: string): string | undefined {
    for (const pair of this.domain.split(',')) {
      const [key = '', value = ''] = pair.split('=');
      if (key.trim() === level) return value.trim();
    }
    return undefined;
  }
  /** The zone of faults: the value of `faultZoneType` in its domain, else HELIX_ZONE_ID, else `undefined`. */
  zone(faultZoneType: string | undefined): string | undefined {
    const named = faultZoneType === undefined ? undefined : this.domainValue(faultZoneType);
    return named ?? simpleField(this.record, 'HELIX_ZONE_ID');
  }
  /** Its room, by capacity key; what it does not say holds by the cluster's default. */
  get capacity(): Capacities {
    return capacitiesOf(mapField(this.record, 'INSTANCE_CAPACITY_MAP'));
  }
  /** Its share relative to others where replicas are counted, not weighed. Helix's default: 1000. */
  get weight(): number {
    return Math.max(0, integerField(this.record, 'INSTANCE_WEIGHT', 1000));
  }

  /** Partitions of `resource` that are disabled here. */
  disabledPartitions(resource: string): ReadonlySet<string> {
    const disabled = new Set(listField(this.record, DISABLED_PARTITIONS) ?? []);
    for (const key of [resource, ALL_RESOURCES]) {
      for (const partition of (mapValue(this.record, DISABLED_PARTITIONS, key) ?? '').split(',')) {
        if (partition.trim() !== '') disabled.add(partition.trim());
      }
    }
    return disabled;
  }
  /** Whether any partition of any resource is disabled here. */
  get hasDisabledPartitions(): boolean {
    const map = mapField(this.record, DISABLED_PARTITIONS) ?? {};
    return Object.keys(map).length > 0 || (listField(this.record, DISABLED_PARTITIONS) ?? []).length > 0;
  }
  /** Disabled partitions by resource, for display and for writing them back. */
  get allDisabledPartitions(): Readonly<Record<string, readonly string[]>> {
    const entries = Object.entries(mapField(this.record, DISABLED_PARTITIONS) ?? {});
    return Object.fromEntries(
      entries.map(([resource, list]) => [resource, list.split(',').map((name) => name.trim())]),
    );
  }

  withSimple(changes: Readonly<Record<string, string | undefined>>): InstanceConfig {
    return new InstanceConfig(withSimpleFields(this.record, changes));
  }
  /** Enabled or disabled since wall time `atMs`. A reason is kept while disabled. */
  withEnabled(enabled: boolean, atMs: number, reason?: string): InstanceConfig {
    return this.withSimple({
      HELIX_ENABLED: String(enabled),
      HELIX_ENABLED_TIMESTAMP: String(atMs),
      HELIX_DISABLED_REASON: enabled ? undefined : reason,
      HELIX_DISABLED_TYPE: enabled ? undefined : simpleField(this.record, 'HELIX_DISABLED_TYPE'),
    });
  }
  withTags(tags: readonly string[]): InstanceConfig {
    return new InstanceConfig(withListFields(this.record, { TAG_LIST: tags.length === 0 ? undefined : tags }));
  }
  /** With exactly these partitions of `resource` disabled. */
  withDisabledPartitions(resource: string, partitions: readonly string[]): InstanceConfig {
    const { [resource]: _, ...others } = mapField(this.record, DISABLED_PARTITIONS) ?? {};
    const map = partitions.length === 0 ? others : { ...others, [resource]: partitions.join(',') };
    return new InstanceConfig(withMapFields(this.record, { [DISABLED_PARTITIONS]: map }));
  }
}
