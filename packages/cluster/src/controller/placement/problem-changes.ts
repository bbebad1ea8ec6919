import type {
  PlacementChange,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
} from '@keelson/placement';

/**
 * What turns one problem into the other; `undefined` where more than nodes, resources and partitions differ, or where the nodes are not the same ones:
 * an open placement would then answer by another order of nodes than a solve of the problem by itself.
 */
export function changesBetween(
  before: PlacementProblem,
  after: PlacementProblem,
): readonly PlacementChange[] | undefined {
  const { nodes: oldNodes, resources: oldResources, ...oldRest } = before;
  const { nodes, resources, ...rest } = after;
  if (!isSame(oldRest, rest)) return undefined;
  const known = new Map(oldNodes.map((node) => [node.name, node]));
  if (nodes.length !== oldNodes.length || nodes.some(({ name }) => !known.has(name))) return undefined;
  const changes = resourceChanges(oldResources, resources);
  // With a resource goes what nodes say of it, which is then to be said again.
  const forgets = changes.some(({ type }) => type === 'remove-resource');
  return [...changes, ...nodes.flatMap((node) => nodeChanges(known.get(node.name) ?? node, node, forgets))];
}

function nodeChanges(
  before: PlacementNode,
  { name, ...after }: PlacementNode,
  forgets: boolean,
): readonly PlacementChange[] {
  const { name: _, ...fields } = before;
  if (isSame(fields, after) && !(forgets && after.disabled !== undefined)) return [];
  const taken = Object.fromEntries(Object.keys(fields).map((field) => [field, undefined]));
  return [{ type: 'change-node', name, patch: { ...taken, ...after } }];
}

function resourceChanges(
  before: readonly PlacementResource[],
  after: readonly PlacementResource[],
): readonly PlacementChange[] {
  const known = new Map(before.map((resource) => [resource.name, resource]));
  const changes: PlacementChange[] = [];
  for (const resource of after) {
    const old = known.get(resource.name);
    known.delete(resource.name);
    if (old !== undefined && isSame({ ...old, partitions: [] }, { ...resource, partitions: [] })) {
      changes.push(...partitionChanges(resource.name, old.partitions, resource.partitions));
      continue;
    }
    if (old !== undefined) changes.push({ type: 'remove-resource', name: old.name });
    changes.push({ type: 'add-resource', resource });
  }
  return [...[...known.keys()].map((name): PlacementChange => ({ type: 'remove-resource', name })), ...changes];
}

function partitionChanges(
  resource: string,
  before: readonly PlacementPartition[],
  after: readonly PlacementPartition[],
): readonly PlacementChange[] {
  const changes: PlacementChange[] = [];
  const inOrder = before.length === after.length && after.every(({ name }, place) => before[place]?.name === name);
  const known = inOrder ? undefined : new Map(before.map((partition) => [partition.name, partition]));
  for (const [place, partition] of after.entries()) {
    const old = known === undefined ? before[place] : known.get(partition.name);
    known?.delete(partition.name);
    if (!isSame(old, partition)) changes.push({ type: 'set-partition', resource, partition });
  }
  for (const partition of known?.keys() ?? []) changes.push({ type: 'remove-partition', resource, partition });
  return changes;
}

/** Whether two pieces of plain data say the same; a field that is `undefined` is one that is missing. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  for (const key in one) if (!isSame(one[key], other[key])) return false;
  for (const key in other) if (one[key] === undefined && other[key] !== undefined) return false;
  return true;
}
