import { type CallOptions, KeelsonError } from '@keelson/runtime';
import { assertName, InstanceConfig } from '../model/index.ts';
import { instanceOperations } from '../participant/index.ts';
import {
  type AdminContext,
  alreadyThere,
  editRecord,
  type Named,
  requireCluster,
  requireRecord,
} from './admin-store.ts';
import { type ChangeOptions, callOf, type Versioned, versioned } from './versioned.ts';

/** What a new instance may be told. */
export interface AddInstanceOptions extends CallOptions {
  /** Default: the part of its name before the last underscore. */
  readonly host?: string;
  /** Default: the part of its name after the last underscore. */
  readonly port?: number;
  readonly tags?: readonly string[];
  /** `zone=z1,rack=r2`: where it stands. */
  readonly domain?: string;
  /** Default true. */
  readonly enabled?: boolean;
}

/** Changes of an instance's config. What is not named stays. */
export interface InstancePatch {
  readonly enabled?: boolean;
  /** Why it is disabled. Kept only while it is. */
  readonly reason?: string;
  readonly tags?: readonly string[];
  readonly domain?: string;
  readonly host?: string;
  readonly port?: number;
  /** By resource, exactly the partitions that are disabled here; resources that are not named stay as they are. */
  readonly disabledPartitions?: Readonly<Record<string, readonly string[]>>;
}

/** Partitions of a resource on one instance. */
export interface PartitionTarget {
  readonly instance: string;
  readonly resource: string;
  readonly partitions: readonly string[];
}

const named = (cluster: string, instance: string): Named => ({ kind: 'instance', name: instance, cluster });

function assertPatch({ port, tags = [], disabledPartitions = {} }: InstancePatch): void {
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new KeelsonError('E_INVALID_ARGUMENT', `${port} is no port: it must be a whole number from 0 to 65535.`);
  }
  for (const tag of tags) assertName('tag', tag);
  for (const [resource, partitions] of Object.entries(disabledPartitions)) {
    assertName('resource', resource);
    for (const partition of partitions) {
      assertName('partition', partition);
      if (!partition.includes(',')) continue;
      const text = `Partition "${partition}" cannot be disabled: its name has a comma.`;
      throw new KeelsonError('E_INVALID_ARGUMENT', text);
    }
  }
}

function patched(config: InstanceConfig, patch: InstancePatch, nowMs: number): InstanceConfig {
  const { enabled, reason, tags, domain, host, port, disabledPartitions = {} } = patch;
  let next = config;
  if (enabled !== undefined) next = next.withEnabled(enabled, nowMs, reason);
  else if (reason !== undefined && !next.enabled) next = next.withSimple({ HELIX_DISABLED_REASON: reason });
  if (tags !== undefined) next = next.withTags(tags);
  for (const [resource, partitions] of Object.entries(disabledPartitions)) {
    next = next.withDisabledPartitions(resource, partitions);
  }
  return next.withSimple({
    ...(domain === undefined ? {} : { DOMAIN: domain === '' ? undefined : domain }),
    ...(host === undefined ? {} : { HELIX_HOST: host }),
    ...(port === undefined ? {} : { HELIX_PORT: String(port) }),
  });
}

/** Adds an instance in one transaction: its config and its folders. */
export async function addInstance(
  context: AdminContext,
  cluster: string,
  instance: string,
  options: AddInstanceOptions,
): Promise<Versioned<InstanceConfig>> {
  assertName('instance', instance);
  const { host, port, tags, domain, enabled = true } = options;
  const place = { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
  const patch: InstancePatch = {
    ...place,
    ...(tags === undefined ? {} : { tags }),
    ...(domain === undefined ? {} : { domain }),
    ...(enabled ? {} : { enabled }),
  };
  assertPatch(patch);
  const { paths, guard } = await requireCluster(context, cluster, options);
  const nowMs = context.runtime.clock.wallMs();
  const config = patched(InstanceConfig.create(instance, { ...place, enabledMs: nowMs }), patch, nowMs);
  const path = paths.participantConfig(instance);
  const result = await context.store.transact(
    { if: [guard, { path, version: 0 }], then: instanceOperations(paths, config) },
    callOf(options),
  );
  if (!result.succeeded) throw alreadyThere(named(cluster, instance));
  return { value: config, version: 1 };
}

/** The config of an instance. */
export async function getInstance(
  context: AdminContext,
  cluster: string,
  instance: string,
  options: CallOptions,
): Promise<Versioned<InstanceConfig>> {
  assertName('instance', instance);
  const { paths } = await requireCluster(context, cluster, options);
  const found = await requireRecord(context, paths.participantConfig(instance), named(cluster, instance), options);
  return versioned(found.entry, new InstanceConfig(found.record));
}

async function editInstance(
  context: AdminContext,
  cluster: string,
  instance: string,
  edit: (config: InstanceConfig) => InstanceConfig,
  options: ChangeOptions,
): Promise<Versioned<InstanceConfig>> {
  assertName('instance', instance);
  const { paths } = await requireCluster(context, cluster, options);
  const { record, version } = await editRecord(
    context,
    paths.participantConfig(instance),
    named(cluster, instance),
    (before) => ({ record: edit(new InstanceConfig(before)).record }),
    options,
  );
  return { value: new InstanceConfig(record), version };
}

/** Changes the config of an instance. */
export async function updateInstance(
  context: AdminContext,
  cluster: string,
  instance: string,
  patch: InstancePatch,
  options: ChangeOptions,
): Promise<Versioned<InstanceConfig>> {
  assertPatch(patch);
  const nowMs = context.runtime.clock.wallMs();
  return await editInstance(context, cluster, instance, (config) => patched(config, patch, nowMs), options);
}

/** Enables or disables partitions of a resource on an instance, beside those that are disabled already. */
export async function enablePartition(
  context: AdminContext,
  cluster: string,
  { instance, resource, partitions }: PartitionTarget,
  enabled: boolean,
  options: ChangeOptions,
): Promise<Versioned<InstanceConfig>> {
  assertPatch({ disabledPartitions: { [resource]: partitions } });
  const edit = (config: InstanceConfig): InstanceConfig => {
    const disabled = new Set(config.allDisabledPartitions[resource] ?? []);
    for (const partition of partitions) {
      if (enabled) disabled.delete(partition);
      else disabled.add(partition);
    }
    return config.withDisabledPartitions(resource, [...disabled]);
  };
  return await editInstance(context, cluster, instance, edit, options);
}
