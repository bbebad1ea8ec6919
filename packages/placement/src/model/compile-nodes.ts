import { NODE_DRAINING, NODE_GONE, NODE_HELD, NODE_LIVE } from './compiled.ts';
import { inOrderOfNames } from './order.ts';
import type { PlacementNode, PlacementProblem } from './problem.ts';

/** "No limit" where a limit is a count. */
export const UNLIMITED: number = 2 ** 31 - 1;

/** The node part of a `CompiledProblem`, with what the other parts need to find nodes by name. */
export interface CompiledNodes {
  readonly N: number;
  /** The input's nodes, in the order of their names but for those that came later. */
  readonly nodes: readonly PlacementNode[];
  /** [n] 1 where the node is no more and only keeps its index. */
  readonly removed: Uint8Array;
  readonly nodeNames: readonly string[];
  /** Those that were not removed. */
  readonly indexOf: ReadonlyMap<string, number>;
  readonly nodeState: Uint8Array;
  readonly capacity: Float64Array;
  readonly share: Float64Array;
  readonly maxReplicas: Int32Array;
  readonly zone: Int32Array;
  readonly zones: number;
  readonly zoneNames: readonly string[];
  readonly zoneLevel: string;
  /** [level][n] domain at each level of the topology, widest first. */
  readonly domains: readonly Int32Array[];
  readonly widerDomains: readonly Int32Array[];
  readonly widerLevels: readonly string[];
}

/** Nodes in the order of their names. */
export function compileNodes(problem: PlacementProblem, dimensionNames: readonly string[]): CompiledNodes {
  const nodes = inOrderOfNames(problem.nodes);
  return compileNodeRows(problem, nodes, new Uint8Array(nodes.length), dimensionNames);
}

/**
 * Nodes in the order given; domains are numbered in the order in which the first of their nodes comes. A node that was removed
 * (1 in `removed`) keeps its index and its domain, is gone, and may hold nothing.
 */
export function compileNodeRows(
  problem: Pick<PlacementProblem, 'nowMs' | 'offlineGraceMs' | 'topology'>,
  nodes: readonly PlacementNode[],
  removed: Uint8Array,
  dimensionNames: readonly string[],
): CompiledNodes {
  const N = nodes.length;
  const D = dimensionNames.length;
  const arrays = {
    nodeState: new Uint8Array(N),
    capacity: new Float64Array(N * D).fill(Number.POSITIVE_INFINITY),
    share: new Float64Array(N),
    maxReplicas: new Int32Array(N),
  };
  const indexOf = new Map<string, number>();
  for (const [n, node] of nodes.entries()) {
    writeNode(arrays, n, node, problem, dimensionNames);
    if (removed[n] === 1) arrays.nodeState[n] = NODE_GONE;
    else indexOf.set(node.name, n);
  }
  return {
    N,
    nodes,
    removed,
    nodeNames: nodes.map((node) => node.name),
    indexOf,
    ...arrays,
    ...compileDomains(problem, nodes),
  };
}

/** Writes what one node is by itself into row `n`. */
function writeNode(
  into: Pick<CompiledNodes, 'nodeState' | 'capacity' | 'share' | 'maxReplicas'>,
  n: number,
  node: PlacementNode,
  problem: Pick<PlacementProblem, 'nowMs' | 'offlineGraceMs'>,
  dimensionNames: readonly string[],
): void {
  into.nodeState[n] = stateOf(node, problem.nowMs ?? 0, problem.offlineGraceMs ?? 0);
  into.share[n] = node.share ?? 1;
  into.maxReplicas[n] = node.maxReplicas ?? UNLIMITED;
  const capacity = node.capacity;
  for (let d = 0; d < dimensionNames.length; d++) {
    const name = dimensionNames[d] ?? '';
    const room = capacity !== undefined && Object.hasOwn(capacity, name) ? capacity[name] : undefined;
    into.capacity[n * dimensionNames.length + d] = room ?? Number.POSITIVE_INFINITY;
  }
}

/** A node is held while `now − offlineSince < grace`; with no grace, or no date, it is gone at once. */
function stateOf(node: PlacementNode, nowMs: number, graceMs: number): number {
  if (node.state === 'draining') return NODE_DRAINING;
  if (node.state !== 'offline') return NODE_LIVE;
  if (graceMs <= 0 || node.offlineSinceMs === undefined) return NODE_GONE;
  return nowMs - node.offlineSinceMs < graceMs ? NODE_HELD : NODE_GONE;
}

type Domains = Pick<
  CompiledNodes,
  'zone' | 'zones' | 'zoneNames' | 'zoneLevel' | 'domains' | 'widerDomains' | 'widerLevels'
>;

/** Numbers the domains at every level. Without a fault zone level every node is a zone of its own, and every level is wider. */
function compileDomains(problem: Pick<PlacementProblem, 'topology'>, nodes: readonly PlacementNode[]): Domains {
  const levels = problem.topology?.levels ?? [];
  const faultLevel =
    problem.topology?.faultZone === undefined ? levels.length : levels.indexOf(problem.topology.faultZone);
  const domains = levels.map(() => new Int32Array(nodes.length));
  const seen = levels.map(() => new Map<string, number>());
  for (const [n, node] of nodes.entries()) {
    const values = splitDomain(node.domain ?? '');
    let path = '';
    for (const [level, domain] of domains.entries()) {
      // Racks of the same name in two zones are two racks: a domain is its whole path.
      path += `/${values[level] ?? ''}`;
      domain[n] = numberOf(seen[level] ?? new Map<string, number>(), path);
    }
  }
  const zonePaths = seen[faultLevel];
  return {
    zone: domains[faultLevel] ?? Int32Array.from(nodes, (_, n) => n),
    zones: zonePaths?.size ?? nodes.length,
    zoneNames: zonePaths === undefined ? nodes.map((node) => node.name) : [...zonePaths.keys()],
    zoneLevel: levels[faultLevel] ?? 'node',
    domains,
    widerDomains: domains.slice(0, faultLevel),
    widerLevels: levels.slice(0, faultLevel),
  };
}

/** `/eu/eu-1/r7` as its values; the leading slash may be missing. */
export function splitDomain(domain: string): readonly string[] {
  const path = domain.startsWith('/') ? domain.slice(1) : domain;
  return path === '' ? [] : path.split('/');
}

function numberOf(numbers: Map<string, number>, key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}
