import type { NewsLine } from '../line.ts';
import { groupBy, linesOf, type Transcript } from './transcript.ts';

type Read = Extract<NewsLine, { readonly say: 'reads' }>;

/**
 * Whether the event log broke its promise: an event twice in it, or one that was refused; another order for another reader, or not the order of a
 * publisher's calls; an event that a consumer was not given, or a cursor that went back behind what was noted or on past what was read.
 */
export function brokenNews(transcript: Transcript): readonly string[] {
  const { clients, untilMs } = transcript;
  const reads = linesOf(clients, 'reads');
  const published = linesOf(clients, 'published');
  const found = [...oneLog([...reads, ...published]), ...inOrderOfCalls(reads)];
  const refused = new Set(linesOf(clients, 'not-published').map(({ key }) => key));
  for (const key of new Set(reads.map((line) => line.key)))
    if (refused.has(key)) found.push(`${key} is in the log, though publishing it was refused`);
  const lines = linesOf(clients, 'subscribes', 'reads', 'misses', 'commits', 'committed');
  const head = Math.max(0, ...published.flatMap(({ at, sequence }) => (at < untilMs ? [sequence] : [])));
  for (const [consumer, its] of groupBy(lines, (line) => line.consumer)) {
    found.push(...readWell(consumer, its));
    const last = Math.max(0, ...its.flatMap((line) => (line.say === 'reads' ? [line.sequence] : [])));
    if (last < head) found.push(`${consumer} read up to ${last}, where ${head} were published`);
  }
  return found;
}

/** Each number is one event for everybody, and each event has one number. */
function oneLog(lines: readonly { readonly sequence: number; readonly key: string }[]): readonly string[] {
  const found = new Set<string>();
  const [keys, numbers] = [new Map<number, string>(), new Map<string, number>()];
  for (const { sequence, key } of lines) {
    if ((keys.get(sequence) ?? key) !== key) found.add(`event ${sequence} is ${key} and ${keys.get(sequence)}`);
    if ((numbers.get(key) ?? sequence) !== sequence) found.add(`${key} is event ${sequence} and ${numbers.get(key)}`);
    keys.set(sequence, key);
    numbers.set(key, sequence);
  }
  return [...found];
}

/** Keys end in the number of the publisher's call, which waits for the one before. */
function inOrderOfCalls(reads: readonly Read[]): readonly string[] {
  const bySequence = new Map(reads.map(({ sequence, key }) => [sequence, key]));
  const ordered = [...bySequence].sort(([a], [b]) => a - b).map(([, key]) => key);
  const last = new Map<string, number>();
  return ordered.flatMap((key) => {
    const [publisher, call] = [key.slice(0, key.lastIndexOf(':')), key.slice(key.lastIndexOf(':') + 1)];
    const before = last.get(publisher) ?? 0;
    last.set(publisher, Number(call));
    return Number(call) > before ? [] : [`${key} comes after call ${before} of its publisher`];
  });
}

/** One consumer, through all its subscriptions: each begins where the cursor may be, and then leaves nothing out. */
function readWell(consumer: string, lines: readonly NewsLine[]): readonly string[] {
  const found: string[] = [];
  let [committed, attempted] = [0, 0];
  let next: number | undefined;
  for (const line of lines) {
    if (line.say === 'subscribes') next = undefined;
    else if (line.say === 'commits') attempted = Math.max(attempted, line.sequence);
    else if (line.say === 'committed') committed = Math.max(committed, line.sequence);
    else if (line.say === 'misses') found.push(`${consumer} was told that it missed ${line.events} events`);
    else if (line.say === 'reads') {
      const { sequence } = line;
      if (next !== undefined && sequence !== next) found.push(`${consumer} was given ${sequence} instead of ${next}`);
      if (next === undefined && (sequence <= committed || sequence > attempted + 1))
        found.push(`${consumer} began at ${sequence}, where ${committed} was noted and at most ${attempted} asked for`);
      next = sequence + 1;
    }
  }
  return found;
}
