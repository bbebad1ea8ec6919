import type { StruckFault } from '../harness/nemesis.ts';
import type { ClientLine, ResourceLine } from '../line.ts';

/** Everything that was said in a round. */
export interface Transcript {
  readonly clients: readonly ClientLine[];
  readonly resource: readonly ResourceLine[];
  /** What watches of the harness itself saw, over connections that nothing strikes; it is held to nothing itself. */
  readonly reference: readonly ClientLine[];
  readonly faults: readonly StruckFault[];
  readonly ttlMs: number;
  /** Largest error of the clients' clocks, in milliseconds. */
  readonly clockErrorMs: number;
  /** How many make a round at the barrier. */
  readonly parties: number;
  /** Whether the engine's watches leave nothing out: on ZooKeeper what went and came back between two looks may be one change. */
  readonly everyChange: boolean;
  /** When the clients were asked to end. */
  readonly untilMs: number;
}

/** Lines that say `S`. A line that may say one of several things is narrowed to what was asked for. */
type LineThatSays<S, L = ClientLine> = L extends { readonly say: infer K }
  ? [Extract<K, S>] extends [never]
    ? never
    : L & { readonly say: Extract<K, S> }
  : never;

/** The lines of some kinds, with their type. */
export function linesOf<S extends ClientLine['say']>(
  lines: readonly ClientLine[],
  ...kinds: readonly S[]
): readonly LineThatSays<S>[] {
  const wanted = new Set<string>(kinds);
  return lines.filter((line): line is ClientLine & LineThatSays<S> => wanted.has(line.say));
}

/** Lists by what `keyOf` says of their members, each in order. */
export function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}
