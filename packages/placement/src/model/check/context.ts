import type { Inspection } from './inspection.ts';
import { type Fields, isFields, nameOf, shown } from './values.ts';

/** The names that the parts of a problem may refer to. */
export interface Names {
  readonly dimensions: ReadonlySet<string>;
  readonly levels: readonly string[];
  readonly nodes: { has(name: string): boolean };
  readonly resources: { has(name: string): boolean };
  /** Whether a resource that exists has a partition of that name. */
  hasPartition(resource: string, partition: string): boolean;
}

/** Roles by name with the replicas wanted in each. */
export type RoleCounts = ReadonlyMap<string, number | 'every'>;

/** What a name must be unique among. */
export class UniqueNames {
  readonly #seen: Map<string, number> = new Map();

  has(name: string): boolean {
    return this.#seen.has(name);
  }

  /** Notes a fault where an earlier item has the name already. */
  add(inspection: Inspection, key: string | number, name: string, index: number): void {
    const earlier = this.#seen.get(name);
    if (earlier === undefined) this.#seen.set(name, index);
    else inspection.faultAt(key, `is the name of item ${earlier} already: ${JSON.stringify(name)}`);
  }
}

/** The names of the items that have one, wrong as the rest of them may be. */
export function namesIn(items: readonly unknown[]): Set<string> {
  const names = new Set<string>();
  for (const item of items) if (isFields(item) && typeof item.name === 'string') names.add(item.name);
  return names;
}

/** Looks up partitions by name, of those resources only that are asked about. */
export function partitionLookup(resources: readonly unknown[]): Names['hasPartition'] {
  const byResource = new Map<string, Fields>();
  for (const resource of resources) {
    if (isFields(resource) && typeof resource.name === 'string') byResource.set(resource.name, resource);
  }
  const known = new Map<string, Set<string>>();
  return (resource, partition) => {
    let names = known.get(resource);
    if (names === undefined) {
      const partitions = byResource.get(resource)?.partitions;
      names = namesIn(Array.isArray(partitions) ? partitions : []);
      known.set(resource, names);
    }
    return names.has(partition);
  };
}

/** That no two of the items have the same name in a field. */
export function checkDistinct(inspection: Inspection, items: readonly unknown[], field: string): void {
  const unique = new UniqueNames();
  for (const [i, item] of items.entries()) {
    const name = isFields(item) ? item[field] : undefined;
    if (typeof name !== 'string') continue;
    inspection.enter(i);
    unique.add(inspection, field, name, i);
    inspection.leave();
  }
}

/** That it names a node that exists. Its name, if it is one. */
export function checkNodeName(
  inspection: Inspection,
  names: Names,
  key: string | number,
  node: unknown,
): string | undefined {
  const name = nameOf(inspection, key, node);
  if (name !== undefined && !names.nodes.has(name)) inspection.faultAt(key, `is not a node: ${shown(name)}`);
  return name;
}

/** That a `role` names one that the resource has. */
export function checkRoleName(inspection: Inspection, roles: RoleCounts, role: unknown): void {
  if (typeof role === 'string' && roles.has(role)) return;
  if (nameOf(inspection, 'role', role) !== undefined)
    inspection.faultAt('role', `is not a role of the resource: ${shown(role)}`);
}
