import { solve } from '@keelson/placement';
import { KeelsonError } from '@keelson/runtime';
import {
  ANY_LIVE_INSTANCE,
  IdealState,
  nameFault,
  type RebalanceMode,
  type SimpleFields,
  type StateModelDefinition,
  sortedFields,
} from '../model/index.ts';

/** What an operator declares of a resource. */
export interface ResourceSpec {
  /** How many; they are called `{resource}_0`, `{resource}_1`… 0 to 100,000. */
  readonly partitions: number;
  /** How many replicas of each, those in the top state included; `ANY_LIVEINSTANCE`: one on each live instance. */
  readonly replicas: number | typeof ANY_LIVE_INSTANCE;
  /** Name of a state model that the cluster has. */
  readonly stateModel: string;
  readonly mode: Extract<RebalanceMode, 'FULL_AUTO' | 'SEMI_AUTO' | 'CUSTOMIZED'>;
  /** SEMI_AUTO: for each partition, instances in order of preference. Default: spread evenly over the instances of the cluster. */
  readonly preferenceLists?: Readonly<Record<string, readonly string[]>>;
  /** CUSTOMIZED: for each partition, the state wanted on each instance. */
  readonly instanceStates?: Readonly<Record<string, SimpleFields>>;
  /** Default true. */
  readonly enabled?: boolean;
  /** Only instances with this tag hold it. */
  readonly tag?: string;
  /** While a lost node keeps its place, at least so many replicas are kept elsewhere. Default: as many as `replicas`. */
  readonly minActiveReplicas?: number;
  /** How long a lost or disabled node keeps its place, in milliseconds: longer spares copies, shorter restores redundancy sooner. Default 0. */
  readonly rebalanceDelayMs?: number;
  /** Most partitions of it on one instance. Default: no limit. */
  readonly maxPartitionsPerInstance?: number;
  /** Partitions per record, for resources whose records would be larger than the store takes. Default: all in one. */
  readonly bucketSize?: number;
}

/** Changes of a resource. What is not named stays; `undefined` takes an optional setting back. */
export type ResourcePatch = { readonly [Setting in keyof ResourceSpec]?: ResourceSpec[Setting] | undefined };

const MAX_PARTITIONS = 100_000;
/** What Helix's controllers would use for it, should one lead this cluster. */
const REBALANCER = {
  REBALANCER_CLASS_NAME: 'org.apache.helix.controller.rebalancer.DelayedAutoRebalancer',
  REBALANCE_STRATEGY: 'org.apache.helix.controller.rebalancer.strategy.CrushEdRebalanceStrategy',
};

/** Names of the partitions of a resource. */
export function partitionNames(resource: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${resource}_${index}`);
}

function isCount(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function numberFaults(spec: ResourceSpec): string[] {
  const faults: string[] = [];
  const check = (name: string, value: number | undefined, least: number, most: number): void => {
    if (value === undefined || isCount(value, least, most)) return;
    faults.push(`${name} is ${value}; it must be a whole number from ${least} to ${most}`);
  };
  check('partitions', spec.partitions, 0, MAX_PARTITIONS);
  if (spec.replicas !== ANY_LIVE_INSTANCE) check('replicas', spec.replicas, 0, 1000);
  check('minActiveReplicas', spec.minActiveReplicas, 0, 1000);
  check('rebalanceDelayMs', spec.rebalanceDelayMs, 0, Number.MAX_SAFE_INTEGER);
  check('maxPartitionsPerInstance', spec.maxPartitionsPerInstance, 1, MAX_PARTITIONS);
  check('bucketSize', spec.bucketSize, 0, MAX_PARTITIONS);
  return faults;
}

/** Partitions that are given a list or a map must be the resource's; instances in them must have usable names, each once. */
function listFaults(resource: string, spec: ResourceSpec): string[] {
  const known = new Set(partitionNames(resource, spec.partitions));
  const faults: string[] = [];
  for (const [partition, list] of Object.entries(spec.preferenceLists ?? {})) {
    if (!known.has(partition)) faults.push(`"${partition}" is none of the partitions ${resource}_0 …`);
    if (new Set(list).size !== list.length) faults.push(`the preference list of ${partition} names an instance twice`);
    const any = list.length === 1 && list[0] === ANY_LIVE_INSTANCE;
    if (!any && spec.replicas !== ANY_LIVE_INSTANCE && list.length !== spec.replicas) {
      faults.push(`the preference list of ${partition} has ${list.length} instances, replicas is ${spec.replicas}`);
    }
    for (const instance of list)
      if (nameFault(instance) !== undefined) faults.push(`"${instance}" is no instance name`);
  }
  return faults;
}

function mapFaults(resource: string, spec: ResourceSpec, model: StateModelDefinition): string[] {
  const known = new Set(partitionNames(resource, spec.partitions));
  const faults: string[] = [];
  for (const [partition, map] of Object.entries(spec.instanceStates ?? {})) {
    if (!known.has(partition)) faults.push(`"${partition}" is none of the partitions ${resource}_0 …`);
    const counts = new Map<string, number>();
    for (const [instance, state] of Object.entries(map)) {
      if (nameFault(instance) !== undefined) faults.push(`"${instance}" is no instance name`);
      if (!model.hasState(state)) faults.push(`state model ${model.name} has no state "${state}"`);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    for (const [state, count] of counts) {
      const most = Number(model.countOf(state));
      if (most >= 0 && count > most)
        faults.push(`${partition} has ${count} replicas in ${state}, at most ${most} may be`);
    }
  }
  return faults;
}

/**
 * Refuses a spec that no controller could carry out.
 *
 * @throws `E_INVALID_ARGUMENT` that names every fault, also as `details.faults`.
 */
export function assertResourceSpec(resource: string, spec: ResourceSpec, model: StateModelDefinition): void {
  const faults = numberFaults(spec);
  if (faults.length === 0) faults.push(...listFaults(resource, spec), ...mapFaults(resource, spec, model));
  if (spec.preferenceLists !== undefined && spec.mode === 'CUSTOMIZED')
    faults.push('CUSTOMIZED takes instanceStates, not preferenceLists');
  if (spec.instanceStates !== undefined && spec.mode !== 'CUSTOMIZED')
    faults.push(`${spec.mode} takes no instanceStates`);
  if (spec.tag !== undefined && nameFault(spec.tag) !== undefined) faults.push(`"${spec.tag}" is no tag`);
  if (faults.length === 0) return;
  throw new KeelsonError('E_INVALID_ARGUMENT', `Resource "${resource}" cannot be declared so: ${faults.join('; ')}.`, {
    details: { resource, faults },
  });
}

/** Lists for a SEMI_AUTO resource that was given none: spread evenly over the instances, as HelixAdmin's `rebalance` does. */
function spreadLists(
  partitions: readonly string[],
  replicas: ResourceSpec['replicas'],
  instances: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  if (replicas === ANY_LIVE_INSTANCE) return new Map(partitions.map((name) => [name, [ANY_LIVE_INSTANCE]]));
  if (replicas > instances.length) {
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `${replicas} replicas need as many instances; the cluster has ${instances.length}. Add instances or give preferenceLists.`,
    );
  }
  if (replicas === 0) return new Map(partitions.map((name) => [name, []]));
  const roles = [
    { name: 'first', count: 1 },
    { name: 'other', count: replicas - 1 },
  ].filter(({ count }) => count > 0);
  const { placement } = solve({
    nodes: instances.map((name) => ({ name })),
    resources: [{ name: 'resource', roles, partitions: partitions.map((name) => ({ name })) }],
  });
  return new Map(
    partitions.map((name) => [name, placement.replicasOf('resource', name).map(({ node }) => node)] as const),
  );
}

/** The ideal state that a spec declares. `instances` are those of the cluster. Not checked; see {@link assertResourceSpec}. */
export function idealStateOf(resource: string, spec: ResourceSpec, instances: readonly string[]): IdealState {
  const partitions = partitionNames(resource, spec.partitions);
  const numbers = {
    MIN_ACTIVE_REPLICAS: spec.minActiveReplicas,
    REBALANCE_DELAY: spec.rebalanceDelayMs,
    MAX_PARTITIONS_PER_INSTANCE: spec.maxPartitionsPerInstance,
    BUCKET_SIZE: spec.bucketSize === 0 ? undefined : spec.bucketSize,
  };
  const set = Object.entries(numbers).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  const ideal = IdealState.create({ ...spec, resource }).withSimple({
    ...(spec.mode === 'FULL_AUTO' ? REBALANCER : {}),
    ...Object.fromEntries(set),
    HELIX_ENABLED: spec.enabled === false ? 'false' : undefined,
    INSTANCE_GROUP_TAG: spec.tag,
  });
  if (spec.mode === 'CUSTOMIZED') return ideal.withInstanceStates(spec.instanceStates ?? {});
  if (spec.mode === 'SEMI_AUTO') {
    const lists = spec.preferenceLists ?? sortedFields(spreadLists(partitions, spec.replicas, instances));
    return ideal.withPreferenceLists(lists);
  }
  const empty = <V>(value: V): Readonly<Record<string, V>> => sortedFields(partitions.map((name) => [name, value]));
  return ideal.withPreferenceLists(empty<readonly string[]>([])).withInstanceStates(empty<SimpleFields>({}));
}

/** A spec with changes. Settings that every resource must have cannot be taken back. */
export function patchedSpec(spec: ResourceSpec, patch: ResourcePatch): ResourceSpec {
  const { partitions = spec.partitions, replicas = spec.replicas } = patch;
  const { stateModel = spec.stateModel, mode = spec.mode } = patch;
  const set = Object.entries({ ...spec, ...patch }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), partitions, replicas, stateModel, mode };
}

/** What an ideal state declares, as a spec: for changing some of it. */
export function specOf(ideal: IdealState): ResourceSpec {
  const { record, mode } = ideal;
  const limit = ideal.maxPartitionsPerInstance;
  return {
    partitions: ideal.partitionCount,
    replicas: ideal.replicas === ANY_LIVE_INSTANCE ? ANY_LIVE_INSTANCE : Number(ideal.replicas),
    stateModel: ideal.stateModel,
    mode: mode === 'SEMI_AUTO' || mode === 'CUSTOMIZED' ? mode : 'FULL_AUTO',
    ...(mode === 'SEMI_AUTO' ? { preferenceLists: record.listFields } : {}),
    ...(mode === 'CUSTOMIZED' ? { instanceStates: record.mapFields } : {}),
    enabled: ideal.enabled,
    ...(ideal.instanceTag === undefined ? {} : { tag: ideal.instanceTag }),
    ...(ideal.minActiveReplicas < 0 ? {} : { minActiveReplicas: ideal.minActiveReplicas }),
    ...(ideal.rebalanceDelayMs < 0 ? {} : { rebalanceDelayMs: ideal.rebalanceDelayMs }),
    ...(limit === Number.MAX_SAFE_INTEGER ? {} : { maxPartitionsPerInstance: limit }),
    ...(ideal.bucketSize === 0 ? {} : { bucketSize: ideal.bucketSize }),
  };
}
