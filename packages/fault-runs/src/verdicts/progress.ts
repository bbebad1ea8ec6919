import { HEARTBEAT_MS } from '../client/group.ts';
import type { ClientLine } from '../line.ts';
import { linesOf, type Transcript } from './transcript.ts';

/** What must go on after a fault, and the lines that say that it does. */
const progress: readonly (readonly [string, (line: ClientLine) => boolean])[] = [
  ['the lock', (line) => line.say === 'owns' && line.thing === 'lock'],
  ['the lead', (line) => (line.say === 'owns' || line.say === 'acts') && line.thing === 'lead'],
  ['the name of captain', (line) => line.say === 'owns' && line.thing === 'captain'],
  ['the registers', (line) => line.say === 'return'],
  ['publishing', (line) => line.say === 'published'],
  ['reading the news', (line) => line.say === 'reads'],
  ['the barrier', (line) => line.say === 'passed'],
];

/**
 * Whether anything stood still for longer than three ttls after the end of a fault, counted from when the servers were together again by their own
 * word, and without the time in which the next fault kept servers down: how long they take to elect a leader is theirs, and no client can do better.
 */
export function standstills({ clients, faults, ttlMs, untilMs }: Transcript): readonly string[] {
  const limitMs = 3 * ttlMs;
  const downs = faults.filter(({ target }) => !target.startsWith('client-'));
  return progress.flatMap(([what, counts]) => {
    const times = clients.flatMap((line) => (counts(line) && 'at' in line ? [line.at] : []));
    return faults.flatMap(({ kind, target, toMs, wholeMs = toMs, load }) => {
      const deadlineMs = servedUntil(wholeMs, limitMs, downs);
      if (deadlineMs > untilMs) return [];
      const moved = times.some((at) => at > toMs && at <= deadlineMs);
      if (moved) return [];
      const healed = wholeMs > toMs ? `, the servers together again at ${Math.round(wholeMs)}` : '';
      const end = `${kind} of ${target} had ended at ${Math.round(toMs)}${healed}`;
      return [`${what} stood still for ${limitMs} ms after ${end} (load per core: ${load.toFixed(1)})`];
    });
  });
}

/** When servers have been together for `limitMs` from `fromMs` on, whatever struck them in between. */
function servedUntil(fromMs: number, limitMs: number, downs: Transcript['faults']): number {
  let [atMs, leftMs] = [fromMs, limitMs];
  for (const down of downs.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const upMs = down.wholeMs ?? down.toMs;
    if (upMs <= atMs) continue;
    if (down.fromMs >= atMs + leftMs) break;
    leftMs -= Math.max(0, down.fromMs - atMs);
    atMs = upMs;
  }
  return atMs + leftMs;
}

/** Whether a process accused others right after it had been stopped itself: what it did not hear then speaks against nobody. */
export function falseAccusations({ clients, faults }: Transcript): readonly string[] {
  const accusations = linesOf(clients, 'suspects');
  return faults
    .filter(({ kind }) => kind === 'stop client')
    .flatMap(({ target, fromMs, toMs }) =>
      accusations
        .filter(({ client, at }) => client.startsWith(`${target}#`) && at > fromMs && at < toMs + HEARTBEAT_MS)
        .map(
          ({ client, at, member }) => `${client} suspected ${member} at ${at}, when it had just been stopped itself`,
        ),
    );
}

/** What clients left open when they ended, or did not understand. */
export function oddities({ clients }: Transcript): readonly string[] {
  return clients.flatMap((line) => {
    if (line.say === 'fault') return [`${line.client}: ${line.text}`];
    if (line.say === 'ended' && line.open.length > 0) return [`${line.client} left open: ${line.open.join(', ')}`];
    return [];
  });
}
