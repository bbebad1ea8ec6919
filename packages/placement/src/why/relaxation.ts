import type { BindingRule } from './binding.ts';
import { enoughText } from './sentences.ts';

/** One limit to be loosened, or one switch to be turned. */
export interface RelaxationChange {
  readonly rule: BindingRule['rule'];
  /** Of which node the limit or the switch is. */
  readonly node: string;
  readonly dimension?: string;
  readonly zone?: string;
  readonly tag?: string;
  /** By how much a limit has to rise, and where it stands; `undefined` for switches. */
  readonly by?: number;
  readonly limit?: number;
  readonly text: string;
}

/** The least that would have to be allowed for a replica to find a place. */
export interface Relaxation {
  /** The node that would then take it. */
  readonly node: string;
  readonly changes: readonly RelaxationChange[];
  /** Sum over the changes: of a limit `by / limit`, of a switch 1. */
  readonly measure: number;
  readonly text: string;
}

/** A limit of 0 says that the node is not meant for it at all: raising one comes after every other way. */
const FROM_NOTHING = 100;

/**
 * The smallest relaxation: of all nodes the one whose hindrances are smallest relative to their limits, the first of several. A
 * second replica on one node is never proposed, so there may be none. O(N·rules).
 */
export function smallestRelaxation(hindrances: readonly (readonly BindingRule[])[]): Relaxation | undefined {
  let best: readonly BindingRule[] | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const bindings of hindrances) {
    let measure = 0;
    for (const binding of bindings) measure += measureOf(binding);
    if (measure >= least) continue;
    least = measure;
    best = bindings;
  }
  if (best === undefined) return undefined;
  const changes = best.map(changeOf);
  return { node: best[0]?.node ?? '', changes, measure: least, text: changes.map(({ text }) => text).join(' and ') };
}

const isLimit = ({ rule }: BindingRule): boolean =>
  rule === 'capacity' || rule === 'max-replicas' || rule === 'max-replicas-per-node' || rule === 'fault-zone';

const missing = ({ figure, needs, limit }: BindingRule): number => figure + needs - limit;

function measureOf(binding: BindingRule): number {
  if (binding.rule === 'one-per-node') return Number.POSITIVE_INFINITY;
  if (!isLimit(binding)) return 1;
  return binding.limit > 0 ? missing(binding) / binding.limit : FROM_NOTHING;
}

function changeOf(binding: BindingRule): RelaxationChange {
  const { rule, node, dimension, zone, tag, limit } = binding;
  return {
    rule,
    node,
    ...(dimension === undefined ? {} : { dimension }),
    ...(zone === undefined ? {} : { zone }),
    ...(tag === undefined ? {} : { tag }),
    ...(isLimit(binding) ? { by: missing(binding), limit } : {}),
    text: changeText(binding),
  };
}

function changeText(binding: BindingRule): string {
  const { node } = binding;
  const by = enoughText(missing(binding));
  switch (binding.rule) {
    case 'capacity':
      return `raise the ${binding.dimension} capacity of ${node} by ${by}`;
    case 'max-replicas':
      return `raise maxReplicas of ${node} by ${by}`;
    case 'max-replicas-per-node':
      return `raise maxReplicasPerNode of the resource by ${by}, for ${node}`;
    case 'fault-zone':
      return `allow ${binding.figure + 1} of its replicas in zone ${binding.zone}`;
    case 'tag':
      return `give ${node} the tag ${binding.tag}`;
    case 'disabled':
      return `enable it on ${node}`;
    case 'forbidden':
      return `allow it on ${node}`;
    case 'draining':
      return `stop draining ${node}`;
    case 'offline':
      return `bring ${node} back`;
    case 'pinned':
      return `give up the pin to ${binding.pinnedTo}`;
    case 'one-per-node':
      return `allow a second replica on ${node}`;
  }
}
