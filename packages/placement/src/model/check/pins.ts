import { checkDistinct, checkNodeName, checkRoleName, type Names, type RoleCounts } from './context.ts';
import type { Inspection } from './inspection.ts';
import { checkFields, type Fields, itemsOf, shown } from './values.ts';

/** Pins: on nodes that exist, each once, not forbidden too, and no more than there are replicas, in all and in each role. */
export function checkPinned(inspection: Inspection, partition: Fields, names: Names, roles: RoleCounts): void {
  const pins = itemsOf(inspection, partition, 'pinned');
  const forbidden = Array.isArray(partition.forbidden) ? partition.forbidden : [];
  const byRole = new Map<string, number>();
  inspection.enter('pinned');
  for (const [i, pin] of pins.entries()) {
    inspection.enter(i);
    if (checkFields(inspection, pin)) {
      const node = checkNodeName(inspection, names, 'node', pin.node);
      if (node !== undefined && forbidden.includes(node))
        inspection.faultAt('node', `is forbidden too: ${shown(node)}`);
      if (pin.role !== undefined) checkRoleName(inspection, roles, pin.role);
      if (typeof pin.role === 'string') byRole.set(pin.role, (byRole.get(pin.role) ?? 0) + 1);
    }
    inspection.leave();
  }
  checkDistinct(inspection, pins, 'node');
  checkCounts(inspection, pins.length, byRole, roles);
  inspection.leave();
}

function checkCounts(
  inspection: Inspection,
  pins: number,
  byRole: ReadonlyMap<string, number>,
  roles: RoleCounts,
): void {
  let replicas = 0;
  for (const count of roles.values()) {
    // As many replicas as nodes: pins on different nodes are never too many.
    if (count === 'every') return;
    replicas += count;
  }
  if (pins > replicas) inspection.fault(`must not be more than there are replicas, are ${pins} for ${replicas}`);
  for (const [role, count] of byRole) {
    const wanted = roles.get(role);
    if (typeof wanted === 'number' && count > wanted) {
      inspection.fault(
        `must not be more than there are replicas in a role, are ${count} for ${wanted} in ${shown(role)}`,
      );
    }
  }
}
