import type { ClusterEvent, InstanceEvent, ReplicaEvent } from '../api/types.ts';
import { formatDuration, plural } from '../ui/format.ts';

/** What the leaving of an instance cost. */
export interface Absence {
  /** Top state of what was lost; undefined when nothing in a top state was. */
  readonly topState: string | undefined;
  /** Partitions that lost their replica in the top state. */
  readonly lost: number;
  /** Those of them that have one again. */
  readonly regained: number;
  /** From the leaving to the last regaining, in milliseconds. */
  readonly tookMs: number;
  /** The replica events that this line tells. */
  readonly events: readonly ReplicaEvent[];
}

/** The store may show the losses a little before or after the leaving itself. */
const LOSS_WINDOW_MS = 3_000;

/** A top state that comes back later than this came back by something else. */
const REGAIN_WINDOW_MS = 10 * 60_000;

/** Finds what a `left` event at `index` of `events` (oldest first) cost. */
export function absence(
  events: readonly ClusterEvent[],
  index: number,
  left: InstanceEvent,
  topStates: Readonly<Record<string, string>>,
): Absence {
  const told: ReplicaEvent[] = [];
  const losses = new Map<string, ReplicaEvent>();
  for (const event of replicasWithin(events, index, left.atMs)) {
    if (event.instance === left.instance && event.to === null && Math.abs(event.atMs - left.atMs) <= LOSS_WINDOW_MS) {
      told.push(event);
      if (event.from === topStates[event.resource]) {
        losses.set(keyOf(event), event);
      }
    }
  }
  const missing = new Set(losses.keys());
  let lastMs = left.atMs;
  for (const event of events.slice(index)) {
    if (missing.size === 0 || event.atMs - left.atMs > REGAIN_WINDOW_MS) {
      break;
    }
    if (event.type === 'replica' && event.to === topStates[event.resource] && missing.delete(keyOf(event))) {
      told.push(event);
      lastMs = Math.max(lastMs, event.atMs);
    }
  }
  const [first] = losses.values();
  return {
    topState: first?.from ?? undefined,
    lost: losses.size,
    regained: losses.size - missing.size,
    tookMs: lastMs - left.atMs,
    events: told,
  };
}

/** The line about an instance that left. */
export function absenceText(
  instance: string,
  found: Absence,
): { readonly tone: 'bad' | 'warning'; readonly text: string } {
  if (found.topState === undefined) {
    const gone = found.events.length;
    return {
      tone: 'warning',
      text: gone === 0 ? `${instance} left` : `${instance} left; ${plural(gone, 'replica')} gone`,
    };
  }
  const start = `${instance} left; ${plural(found.lost, 'partition')} lost ${found.lost === 1 ? 'its' : 'their'} ${found.topState}`;
  const missing = found.lost - found.regained;
  if (missing === 0) {
    const who = found.lost === 1 ? 'it has' : 'all have';
    return { tone: 'warning', text: `${start}; ${who} one again after ${formatDuration(found.tookMs)}` };
  }
  return { tone: 'bad', text: `${start}; ${missing} ${missing === 1 ? 'has' : 'have'} none yet` };
}

function replicasWithin(events: readonly ClusterEvent[], index: number, atMs: number): readonly ReplicaEvent[] {
  let from = index;
  while (from > 0 && atMs - (events[from - 1]?.atMs ?? 0) <= LOSS_WINDOW_MS) {
    from -= 1;
  }
  let to = index + 1;
  while (to < events.length && (events[to]?.atMs ?? Number.POSITIVE_INFINITY) - atMs <= LOSS_WINDOW_MS) {
    to += 1;
  }
  return events.slice(from, to).filter((event) => event.type === 'replica');
}

function keyOf(event: ReplicaEvent): string {
  return `${event.resource}\n${event.partition}`;
}
