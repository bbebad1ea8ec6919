import type { ClientLine, ResourceLine } from '../line.ts';
import type { Transcript } from '../verdicts/transcript.ts';

/** How much was done: a run in which nothing happened proves nothing. */
export interface Counts {
  readonly registerCalls: number;
  /** Locks, leads and names in the group that were taken. */
  readonly owned: number;
  readonly acts: number;
  /** Writes that the resource took, and those it refused for their token. */
  readonly accepted: number;
  readonly refusedTokens: number;
  readonly watchEvents: number;
  /** Joins and leaves that observers of the group were told of. */
  readonly groupEvents: number;
  readonly suspicions: number;
  readonly barriersPassed: number;
  readonly published: number;
  readonly eventsRead: number;
  readonly sessions: number;
}

/** Counts what was said. */
export function countsOf({ clients, resource }: Pick<Transcript, 'clients' | 'resource'>): Counts {
  const count = (say: ClientLine['say']): number => clients.filter((line) => line.say === say).length;
  const answered = (say: ResourceLine['say']): number => resource.filter((line) => line.say === say).length;
  return {
    registerCalls: count('return'),
    owned: count('owns'),
    acts: count('acts'),
    accepted: answered('accepted'),
    refusedTokens: answered('refused-token'),
    watchEvents: count('saw'),
    groupEvents: count('observed'),
    suspicions: count('suspects'),
    barriersPassed: count('passed'),
    published: count('published'),
    eventsRead: count('reads'),
    sessions: count('session'),
  };
}

/** The counts of two rounds together. */
export function addCounts(a: Counts, b: Counts): Counts {
  const names = Object.keys(a) as (keyof Counts)[];
  const sums = names.map((name) => [name, a[name] + b[name]] as const);
  return { ...a, ...Object.fromEntries(sums) };
}
