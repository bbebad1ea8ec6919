import type { OwnerLine } from '../line.ts';
import { groupBy, linesOf, type Transcript } from './transcript.ts';

const compare = (a: string, b: string): number => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0);

/** Whether anything was ever owned by two at once, as far as what they did tells: each act was done by whom nobody had succeeded yet. */
export function overlaps({ clients, clockErrorMs }: Transcript): readonly string[] {
  const byThing = groupBy(linesOf(clients, 'owns', 'acts', 'gives-up'), ({ thing }) => thing);
  return [...byThing].flatMap(([thing, lines]) => overlapsOf(thing, lines, 2 * clockErrorMs));
}

function overlapsOf(thing: string, lines: readonly OwnerLine[], toleranceMs: number): readonly string[] {
  const found: string[] = [];
  const owned = lines.filter(({ say }) => say === 'owns').toSorted((a, b) => compare(a.token, b.token));
  const rank = new Map(owned.map(({ token }, index) => [token, index]));
  if (rank.size < owned.length) found.push(`${thing}: one token was given out twice`);
  // The first time at which anybody owned it under the token of that rank or a later one.
  const succeeded = owned.map(({ at }) => at);
  for (let index = succeeded.length - 2; index >= 0; index -= 1)
    succeeded[index] = Math.min(succeeded[index] ?? 0, succeeded[index + 1] ?? 0);
  for (const { say, client, token, at } of lines) {
    if (say === 'owns') continue;
    const next = succeeded[(rank.get(token) ?? -1) + 1];
    if (next !== undefined && next + toleranceMs < at)
      found.push(`${thing}: ${client} acted at ${at} under ${token}, after another owned it at ${next}`);
  }
  return found;
}

/** Whether the resource took a write under a token smaller than one it had taken, or of two owners under one. */
export function doubleOwners({ resource }: Transcript): readonly string[] {
  const found: string[] = [];
  const owners = new Map<string, string>();
  const newest = new Map<string, bigint>();
  for (const { say, thing, owner, token } of resource) {
    if (say !== 'accepted') continue;
    const key = `${thing} ${token}`;
    if ((owners.get(key) ?? owner) !== owner) found.push(`${key} was used by ${owners.get(key)} and ${owner}`);
    owners.set(key, owner);
    if (BigInt(token) < (newest.get(thing) ?? 0n))
      found.push(`${thing}: ${token} was taken after ${newest.get(thing)}`);
    newest.set(thing, BigInt(token));
  }
  return found;
}
