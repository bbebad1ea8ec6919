import type { CompiledNodes } from './compile-nodes.ts';
import { UNLIMITED } from './compile-nodes.ts';
import { inOrderOfNames } from './order.ts';
import type { PlacementProblem, PlacementResource, PlacementRole } from './problem.ts';

/** The resource part of a `CompiledProblem`. */
export interface CompiledResources {
  readonly K: number;
  /** The input's resources in the order of their names. */
  readonly resources: readonly PlacementResource[];
  readonly resourceNames: readonly string[];
  readonly maxPerNode: Int32Array;
  readonly eligible: readonly Int32Array[];
  readonly isEligible: readonly Uint8Array[];
  readonly tags: readonly (string | undefined)[];
  readonly hasTag: readonly Uint8Array[];
  readonly isDisabled: readonly Uint8Array[];
  readonly roleNames: readonly (readonly string[])[];
  readonly roleLoad: readonly Float64Array[];
  readonly roleLeads: readonly Uint8Array[];
  readonly rolesWeighAlike: readonly boolean[];
}

/** Resources in the order of their names, their roles, and the nodes that may hold them. */
export function compileResources(
  problem: PlacementProblem,
  nodes: CompiledNodes,
  dimensionNames: readonly string[],
  unweighted: boolean,
): CompiledResources {
  const resources = inOrderOfNames(problem.resources);
  const roleLoad = resources.map((resource) => loadsOf(resource.roles, dimensionNames, unweighted));
  return {
    K: resources.length,
    resources,
    resourceNames: resources.map((resource) => resource.name),
    maxPerNode: Int32Array.from(resources, (resource) => resource.maxReplicasPerNode ?? UNLIMITED),
    tags: resources.map((resource) => resource.tag),
    ...compileEligible(resources, nodes),
    roleNames: resources.map((resource) => resource.roles.map((role) => role.name)),
    roleLoad,
    roleLeads: resources.map((resource) =>
      Uint8Array.from(resource.roles, (role, r) => ((role.leader ?? (r === 0 && resource.roles.length > 1)) ? 1 : 0)),
    ),
    rolesWeighAlike: roleLoad.map((loads) => isPeriodic(loads, dimensionNames.length)),
  };
}

function loadsOf(
  roles: readonly PlacementRole[],
  dimensionNames: readonly string[],
  unweighted: boolean,
): Float64Array {
  const D = dimensionNames.length;
  const loads = new Float64Array(roles.length * D).fill(1);
  if (unweighted) return loads;
  for (const [r, { load }] of roles.entries()) {
    for (const [d, name] of dimensionNames.entries()) {
      if (typeof load === 'number') loads[r * D + d] = load;
      else if (load !== undefined && Object.hasOwn(load, name)) loads[r * D + d] = load[name] ?? 1;
    }
  }
  return loads;
}

function isPeriodic(values: Float64Array, period: number): boolean {
  return values.every((value, index) => value === values[index % period]);
}

type Eligible = Pick<CompiledResources, 'eligible' | 'isEligible' | 'hasTag' | 'isDisabled'>;

/**
 * Nodes by resource, each distinct set of them made once: sets differ by the tag asked for and by the nodes disabled for the whole
 * resource, and most resources have neither.
 */
export function compileEligible(
  resources: readonly PlacementResource[],
  nodes: Pick<CompiledNodes, 'nodes' | 'N' | 'removed'>,
): Eligible {
  const disabled = disabledByResource(nodes);
  const tagged = new Map<string | undefined, Uint8Array>();
  const banned = new Map<string, Uint8Array>();
  const sets = new Map<string, { list: Int32Array; flags: Uint8Array }>();
  const rows = resources.map(({ name, tag }) => {
    const without = disabled.get(name) ?? [];
    const hasTag = made(tagged, tag, () =>
      Uint8Array.from(nodes.nodes, (node) => (tag === undefined || (node.tags ?? []).includes(tag) ? 1 : 0)),
    );
    const isDisabled = made(banned, without.join(), () => flagsOf(nodes.N, without));
    const set = made(sets, JSON.stringify([tag ?? null, without]), () => {
      const flags = hasTag.map((has, n) => (isDisabled[n] === 1 || nodes.removed[n] === 1 ? 0 : has));
      return { list: positionsOf(flags), flags };
    });
    return { set, hasTag, isDisabled };
  });
  return {
    eligible: rows.map((row) => row.set.list),
    isEligible: rows.map((row) => row.set.flags),
    hasTag: rows.map((row) => row.hasTag),
    isDisabled: rows.map((row) => row.isDisabled),
  };
}

function made<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** By resource, the nodes disabled for all of it, ascending. */
function disabledByResource({ nodes }: Pick<CompiledNodes, 'nodes'>): Map<string, number[]> {
  const disabled = new Map<string, number[]>();
  for (const [n, node] of nodes.entries()) {
    for (const { resource, partition } of node.disabled ?? []) {
      if (partition !== undefined) continue;
      const list = made(disabled, resource, () => []);
      if (list.at(-1) !== n) list.push(n);
    }
  }
  return disabled;
}

function flagsOf(length: number, positions: readonly number[]): Uint8Array {
  const flags = new Uint8Array(length);
  for (const position of positions) flags[position] = 1;
  return flags;
}

function positionsOf(flags: Uint8Array): Int32Array {
  const positions: number[] = [];
  for (let n = 0; n < flags.length; n++) if (flags[n] === 1) positions.push(n);
  return Int32Array.from(positions);
}
