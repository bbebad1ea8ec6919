import type { BarrierLine } from '../line.ts';
import { groupBy, linesOf, type Transcript } from './transcript.ts';

/** Whether anybody passed the barrier before enough had come, was through before all of its round had left, or went back a round. */
export function brokenBarriers({ clients, parties, clockErrorMs, ttlMs }: Transcript): readonly string[] {
  const lines = linesOf(clients, 'enters', 'passed', 'leaves', 'through', 'gone');
  const ofRound = groupBy(
    lines.filter((line) => 'round' in line),
    (line) => ('round' in line ? line.round : ''),
  );
  const found: string[] = [];
  for (const [round, its] of ofRound) {
    found.push(...openedEarly(round, its, lines, { parties, errorMs: clockErrorMs, ttlMs }));
    found.push(...throughEarly(round, its, clockErrorMs));
  }
  for (const [client, its] of groupBy(lines, (line) => line.client)) {
    const rounds = its.flatMap((line) => (line.say === 'passed' ? [BigInt(line.round)] : []));
    if (rounds.some((round, index) => index > 0 && round <= (rounds[index - 1] ?? 0n)))
      found.push(`${client} passed rounds out of order: ${rounds.join()}`);
  }
  return found;
}

/**
 * At some time between the entering of whoever passed a round first and that passing, at least so many were in: had said that they enter, and not that
 * they had gone since. When it opened nobody says: the word of it may come late, when others have given up waiting for it. Whoever is gone because it lost its
 * session still counts until the servers end that: up to a ttl later, and another where a new leader of theirs grants it anew.
 */
function openedEarly(
  round: string,
  its: readonly BarrierLine[],
  lines: readonly BarrierLine[],
  { parties, errorMs, ttlMs }: { readonly parties: number; readonly errorMs: number; readonly ttlMs: number },
): readonly string[] {
  const [first] = its.filter(({ say }) => say === 'passed').toSorted((a, b) => a.at - b.at);
  if (first === undefined) return [];
  const inside = new Set<string>();
  const ghosts = new Map<string, number>();
  const count = (atMs: number): number =>
    inside.size + [...ghosts].filter(([client, untilMs]) => untilMs > atMs && !inside.has(client)).length;
  let most = 0;
  for (const line of lines.toSorted((a, b) => a.at - b.at)) {
    if (line.at > first.at + 2 * errorMs) break;
    if (line.say === 'enters') inside.add(line.client);
    else if (line.say === 'gone' || line.say === 'through') inside.delete(line.client);
    if (line.say === 'gone' && line.lost) ghosts.set(line.client, line.at + 2 * ttlMs);
    const now = count(line.at);
    most = line.client === first.client && line.say === 'enters' ? now : Math.max(most, now);
  }
  return most >= parties ? [] : [`round ${round} opened by ${first.at} for ${most} where ${parties} make one`];
}

/** Who was through before another of the round, still there, began to leave. */
function throughEarly(round: string, its: readonly BarrierLine[], errorMs: number): readonly string[] {
  const leaves = its.filter(({ say }) => say === 'leaves');
  return its
    .filter(({ say }) => say === 'through')
    .flatMap((through) =>
      leaves
        .filter(({ at }) => at > through.at + 2 * errorMs)
        .map(({ client, at }) => `${through.client} was through ${round} at ${through.at}, ${client} left at ${at}`),
    );
}
