import type { ClusterEvent, InstanceEvent, ReplicaEvent } from '../api/types.ts';
import { plural } from '../ui/format.ts';
import { type Absence, absence, absenceText } from './absence.ts';

/** What a line is about; also what the timeline can be filtered by. */
export type StoryKind = 'instance' | 'replica' | 'controller' | 'resource';

/** One line of the timeline for people; it may stand for many events. */
export interface StoryItem {
  /** Id of its oldest event: stays the same while the line grows. */
  readonly id: string;
  /** Wall time at which it began. */
  readonly atMs: number;
  readonly kind: StoryKind;
  readonly tone: 'neutral' | 'good' | 'warning' | 'bad';
  readonly text: string;
  /** Number of events it stands for. */
  readonly events: number;
}

/** Replica changes nearer together than this are one line. */
const BURST_GAP_MS = 1_500;

/**
 * Tells events (newest first) as lines (newest first): bursts of replica changes become one line, and a line of an
 * instance that left says which partitions that cost and how long. `topStates` maps a resource to its top state.
 */
export function tellStory(
  newestFirst: readonly ClusterEvent[],
  topStates: Readonly<Record<string, string>>,
): readonly StoryItem[] {
  const events = newestFirst.toReversed();
  const absences = new Map<ClusterEvent, Absence>();
  const told = new Set<ClusterEvent>();
  for (const [index, event] of events.entries()) {
    if (event.type === 'instance' && event.change === 'left') {
      const found = absence(events, index, event, topStates);
      absences.set(event, found);
      for (const part of found.events) {
        told.add(part);
      }
    }
  }
  const items: StoryItem[] = [];
  let burst: ReplicaEvent[] = [];
  const endBurst = (): void => {
    if (burst.length > 0) {
      items.push(burstItem(burst));
      burst = [];
    }
  };
  for (const event of events) {
    if (event.type !== 'replica') {
      endBurst();
      items.push(singleItem(event, absences.get(event)));
    } else if (!told.has(event)) {
      const previous = burst.at(-1);
      if (previous !== undefined && !continues(previous, event)) {
        endBurst();
      }
      burst.push(event);
    }
  }
  endBurst();
  return items.toReversed();
}

function continues(previous: ReplicaEvent, event: ReplicaEvent): boolean {
  return previous.resource === event.resource && event.atMs - previous.atMs <= BURST_GAP_MS;
}

/** Tells every event as a line of its own, in the given order. */
export function tellEach(events: readonly ClusterEvent[]): readonly StoryItem[] {
  return events.map((event) => (event.type === 'replica' ? burstItem([event]) : singleItem(event, undefined)));
}

function burstItem(burst: readonly ReplicaEvent[]): StoryItem {
  const [first] = burst as readonly [ReplicaEvent, ...ReplicaEvent[]];
  const failed = burst.filter((event) => event.to === 'ERROR').length;
  const base = { id: first.id, atMs: first.atMs, kind: 'replica', events: burst.length } as const;
  const tone = failed > 0 ? 'bad' : 'neutral';
  if (burst.length === 1) {
    return { ...base, tone, text: `${first.partition} on ${first.instance}: ${changeText(first)}` };
  }
  const instances = new Set(burst.map((event) => event.instance));
  const where = instances.size === 1 ? `on ${first.instance}` : `on ${instances.size} instances`;
  return {
    ...base,
    tone,
    text: `${first.resource}: ${plural(burst.length, 'replica change')} ${where} (${tally(burst)})`,
  };
}

function changeText({ from, to }: ReplicaEvent): string {
  if (from === null) {
    return `now ${to ?? 'gone'}`;
  }
  return to === null ? `${from}, now gone` : `${from} → ${to}`;
}

function tally(burst: readonly ReplicaEvent[]): string {
  const counts = new Map<string, number>();
  for (const event of burst) {
    const text = event.to === null ? 'gone' : `to ${event.to}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([text, count]) => `${count} ${text}`)
    .join(', ');
}

function singleItem(event: Exclude<ClusterEvent, ReplicaEvent>, lost: Absence | undefined): StoryItem {
  const base = { id: event.id, atMs: event.atMs, kind: event.type, events: 1 };
  switch (event.type) {
    case 'instance':
      return lost === undefined
        ? { ...base, ...instanceText(event) }
        : { ...base, ...absenceText(event.instance, lost), events: 1 + lost.events.length };
    case 'resource':
      return { ...base, tone: 'neutral', text: `resource ${event.resource} ${event.change}` };
    case 'controller':
      return { ...base, ...controllerText(event) };
  }
}

function instanceText(event: InstanceEvent): Pick<StoryItem, 'tone' | 'text'> {
  const reason = event.reason === undefined || event.reason === '' ? '' : `: ${event.reason}`;
  const tone = { joined: 'good', enabled: 'good', left: 'bad', disabled: 'warning' } as const;
  const known = event.change === 'added' || event.change === 'removed' ? 'neutral' : tone[event.change];
  return { tone: known, text: `${event.instance} ${event.change}${reason}` };
}

function controllerText(event: Extract<ClusterEvent, { type: 'controller' }>): Pick<StoryItem, 'tone' | 'text'> {
  switch (event.change) {
    case 'paused':
      return { tone: 'warning', text: 'cluster paused: no transitions are sent' };
    case 'resumed':
      return { tone: 'good', text: 'cluster resumed' };
    default:
      return event.leader === null
        ? { tone: 'bad', text: 'no controller leads' }
        : { tone: 'neutral', text: `controller ${event.leader} leads` };
  }
}
