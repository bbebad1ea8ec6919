import { type Names, type RoleCounts, UniqueNames } from './context.ts';
import type { Inspection } from './inspection.ts';
import { PartitionCheck } from './partition-check.ts';
import {
  checkAmount,
  checkAmounts,
  checkCount,
  checkFields,
  type Fields,
  isFields,
  MOST_COUNT,
  nameOf,
  requiredItemsOf,
  shown,
} from './values.ts';

/** Roles are kept in 7 bits. */
const MOST_ROLES = 127;

/** Everything about one resource and its partitions, but that its name is its own. Returns how many replicas it asks for. */
export function checkResource(inspection: Inspection, resource: Fields, names: Names, nodeCount: number): number {
  nameOf(inspection, 'name', resource.name);
  checkCount(inspection, resource, 'maxReplicasPerNode', 1);
  if (resource.tag !== undefined && typeof resource.tag !== 'string') {
    inspection.faultAt('tag', `must be a string, is ${shown(resource.tag)}`);
  }
  const roles = checkRoles(inspection, resource, names.dimensions);
  const partitions = requiredItemsOf(inspection, resource, 'partitions');
  inspection.enter('partitions');
  const check = new PartitionCheck(inspection, names, roles);
  for (let i = 0; i < partitions.length; i++) check.item(i, partitions[i]);
  check.uniqueness(partitions);
  inspection.leave();
  let replicas = 0;
  for (const count of roles.values()) replicas += count === 'every' ? nodeCount : count;
  return replicas * partitions.length;
}

/** The roles of a resource with their counts, as far as they are sound. */
export function checkRoles(inspection: Inspection, resource: Fields, dimensions: ReadonlySet<string>): RoleCounts {
  const counts = new Map<string, number | 'every'>();
  const roles = requiredItemsOf(inspection, resource, 'roles');
  const unique = new UniqueNames();
  inspection.enter('roles');
  for (const [r, role] of roles.entries()) {
    inspection.enter(r);
    if (checkFields(inspection, role)) {
      const name = nameOf(inspection, 'name', role.name);
      if (name !== undefined) {
        unique.add(inspection, 'name', name, r);
        counts.set(name, role.count === 'every' || Number.isInteger(role.count) ? (role.count as number | 'every') : 0);
      }
      checkRole(inspection, role, dimensions);
    }
    inspection.leave();
  }
  if (Array.isArray(resource.roles) && roles.length === 0) inspection.fault('must not be empty');
  if (roles.length > MOST_ROLES) inspection.fault(`must not be more than ${MOST_ROLES}, are ${roles.length}`);
  if (roles.length > 1 && roles.some((role) => isFields(role) && role.count === 'every')) {
    inspection.fault('must be one only, where its count is every');
  }
  inspection.leave();
  return counts;
}

function checkRole(inspection: Inspection, role: Fields, dimensions: ReadonlySet<string>): void {
  const { count, load, leader } = role as { count?: unknown; load?: unknown; leader?: unknown };
  if (count !== 'every' && !(Number.isInteger(count) && (count as number) >= 0 && (count as number) <= MOST_COUNT)) {
    inspection.faultAt('count', `must be a whole number that is not negative, or every, is ${shown(count)}`);
  }
  if (isFields(load)) checkAmounts(inspection, 'load', load, dimensions);
  else if (load !== undefined) checkAmount(inspection, 'load', load);
  if (leader !== undefined && typeof leader !== 'boolean')
    inspection.faultAt('leader', `must be true or false, is ${shown(leader)}`);
}
