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
 * word: how long they take to elect a leader is theirs, and no client can do better.
 */
export function standstills({ clients, faults, ttlMs, untilMs }: Transcript): readonly string[] {
  const limitMs = 3 * ttlMs;
  return progress.flatMap(([what, counts]) => {
    const times = clients.flatMap((line) => (counts(line) && 'at' in line ? [line.at] : []));
    return faults.flatMap(({ kind, target, toMs, wholeMs = toMs, load }) => {
      if (wholeMs + limitMs > untilMs) return [];
      const moved = times.some((at) => at > toMs && at <= wholeMs + limitMs);
      if (moved) return [];
      const healed = wholeMs > toMs ? `, the servers together again at ${Math.round(wholeMs)}` : '';
      const end = `${kind} of ${target} had ended at ${Math.round(toMs)}${healed}`;
      return [`${what} stood still for ${limitMs} ms after ${end} (load per core: ${load.toFixed(1)})`];
    });
  });
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
