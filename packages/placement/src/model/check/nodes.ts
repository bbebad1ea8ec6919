import { splitDomain } from '../compile-nodes.ts';
import type { NodeState } from '../problem.ts';
import type { Names } from './context.ts';
import type { Inspection } from './inspection.ts';
import {
  checkAmount,
  checkAmounts,
  checkCount,
  checkFields,
  checkMoment,
  checkWord,
  type Fields,
  itemsOf,
  nameOf,
  shown,
} from './values.ts';

const STATES: readonly NodeState[] = ['live', 'draining', 'offline'];

/** Everything about one node but that its name is its own. */
export function checkNode(inspection: Inspection, node: Fields, names: Names): void {
  nameOf(inspection, 'name', node.name);
  checkAmounts(inspection, 'capacity', node.capacity, names.dimensions);
  checkWord(inspection, node, 'state', STATES);
  checkMoment(inspection, node, 'offlineSinceMs');
  checkCount(inspection, node, 'maxReplicas', 0);
  if (node.share !== undefined) {
    checkAmount(inspection, 'share', node.share);
    if (node.share === 0) inspection.faultAt('share', 'must be above 0');
  }
  const tags = itemsOf(inspection, node, 'tags');
  inspection.enter('tags');
  for (const [i, tag] of tags.entries()) {
    if (typeof tag !== 'string') inspection.faultAt(i, `must be a string, is ${shown(tag)}`);
  }
  inspection.leave();
  checkDomain(inspection, node.domain, names.levels);
  checkDisabled(inspection, node, names);
}

/** One value for each level, neither more nor fewer. */
function checkDomain(inspection: Inspection, domain: unknown, levels: readonly string[]): void {
  if (domain === undefined && levels.length === 0) return;
  const wanted = `must have one value for each of the ${levels.length} levels`;
  if (typeof domain !== 'string') {
    inspection.faultAt(
      'domain',
      domain === undefined ? `is missing: ${wanted}` : `must be a string, is ${shown(domain)}`,
    );
    return;
  }
  const values = splitDomain(domain);
  if (values.length !== levels.length || values.includes(''))
    inspection.faultAt('domain', `${wanted}, is ${shown(domain)}`);
}

function checkDisabled(inspection: Inspection, node: Fields, names: Names): void {
  const patterns = itemsOf(inspection, node, 'disabled');
  if (patterns.length === 0) return;
  inspection.enter('disabled');
  for (const [i, pattern] of patterns.entries()) {
    inspection.enter(i);
    if (checkFields(inspection, pattern)) checkPattern(inspection, pattern, names);
    inspection.leave();
  }
  inspection.leave();
}

function checkPattern(inspection: Inspection, pattern: Fields, names: Names): void {
  const resource = nameOf(inspection, 'resource', pattern.resource);
  if (resource === undefined) return;
  if (!names.resources.has(resource)) {
    inspection.faultAt('resource', `is not a resource: ${shown(resource)}`);
    return;
  }
  if (pattern.partition === undefined) return;
  const partition = nameOf(inspection, 'partition', pattern.partition);
  if (partition !== undefined && !names.hasPartition(resource, partition)) {
    inspection.faultAt('partition', `is not a partition of ${shown(resource)}: ${shown(partition)}`);
  }
}
