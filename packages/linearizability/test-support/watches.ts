import type { RecordedEvent, RecordedMessage, RecordedWatch, RecordedWrite, WatchLeg } from '../src/watch/index.ts';
import { seededRandom } from './random.mjs';

/** A store's writes from a seed: single puts and deletes, and transactions over several keys. */
export function generateWrites(seed: number): RecordedWrite[] {
  const random = seededRandom(seed);
  const keys = ['a/1', 'a/2', 'a/3', 'b/1'];
  let revision = 1;
  return Array.from({ length: 12 + random.below(20) }, () => {
    revision += 1;
    const touched = random.chance(0.4) ? keys.filter(() => random.chance(0.6)) : [random.pick(keys)];
    const chosen = touched.length === 0 ? ['a/1'] : touched;
    const changes = chosen.map((key) =>
      random.chance(0.8)
        ? { key, kind: 'put' as const, value: `${key}@${revision}` }
        : { key, kind: 'delete' as const },
    );
    return { revision, changes };
  });
}

/** A watch of everything below `a/` that keeps all guarantees: breaks, resumes, batches, bookmarks, and a compaction with a new listing. */
export function generateWatch(seed: number, writes: readonly RecordedWrite[]): RecordedWatch {
  const random = seededRandom(seed * 31);
  const legs: WatchLeg[] = [];
  const last = writes.at(-1)?.revision ?? 1;
  let next = 2;
  while (next <= last || legs.length === 0) {
    const { messages, reached } = leg(random, writes, next, last);
    legs.push({ fromRevision: next, messages: [{ type: 'created', revision: last }, ...messages] });
    next = reached + 1;
    if (next <= last && random.chance(0.3)) {
      // Compacted meanwhile: refused once, then listed anew.
      const listed = next + random.below(last - next + 1);
      legs.push({ fromRevision: next, messages: [{ type: 'compacted', compactRevision: next + 1 }] });
      legs.push({
        fromRevision: listed + 1,
        messages: [{ type: 'snapshot', revision: listed, entries: contentAt(writes, listed) }],
      });
      next = listed + 1;
    }
  }
  return { name: `watch ${seed}`, range: { prefix: 'a/' }, legs, settledAt: last };
}

function leg(
  random: ReturnType<typeof seededRandom>,
  writes: readonly RecordedWrite[],
  from: number,
  last: number,
): { messages: RecordedMessage[]; reached: number } {
  const messages: RecordedMessage[] = [];
  let reached = from - 1;
  const until = random.chance(0.5) ? last : Math.min(last, from + random.below(10));
  while (reached < until) {
    const to = Math.min(until, reached + 1 + random.below(3));
    const events = eventsOf(writes, reached + 1, to);
    if (events.length > 0) messages.push({ type: 'events', events });
    reached = to;
    if (random.chance(0.3)) messages.push({ type: 'progress', revision: reached });
  }
  return { messages, reached };
}

/** Events below `a/` of the revisions from `from` to `to`. */
export function eventsOf(writes: readonly RecordedWrite[], from: number, to: number): RecordedEvent[] {
  return writes
    .filter(({ revision }) => revision >= from && revision <= to)
    .flatMap(({ revision, changes }) =>
      changes.filter(({ key }) => key.startsWith('a/')).map((change) => ({ ...change, revision })),
    );
}

function contentAt(writes: readonly RecordedWrite[], revision: number): Record<string, string> {
  const content: Record<string, string> = {};
  for (const { key, kind, value } of eventsOf(writes, 0, revision)) {
    if (kind === 'put') content[key] = value ?? '';
    else delete content[key];
  }
  return content;
}
