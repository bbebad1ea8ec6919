import {
  checkHistory,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerSpecification,
} from '@keelson/linearizability';
import { checkWatches, type RecordedMessage, type RecordedWrite } from '@keelson/linearizability/watch';
import type { ClientLine, ResourceLine } from './line.ts';
import type { StruckFault } from './nemesis.ts';

/** Everything that was said in a run. */
export interface Transcript {
  readonly clients: readonly ClientLine[];
  readonly resource: readonly ResourceLine[];
  /** What a watch of the harness itself saw, over connections that nothing strikes; it is held to nothing itself. */
  readonly reference: readonly ClientLine[];
  readonly faults: readonly StruckFault[];
  readonly ttlMs: number;
  /** Largest error of the clients' clocks, in milliseconds. */
  readonly clockErrorMs: number;
}

/** Whether `thing` was ever owned by two at once, as far as what they did tells: each act was done by whom nobody had succeeded yet. */
export function overlaps({ clients, clockErrorMs }: Transcript): readonly string[] {
  const found: string[] = [];
  for (const thing of ['lock', 'lead']) {
    const owned = clients.filter((line) => line.say === 'owns' && line.thing === thing);
    const byToken = owned.toSorted((a, b) => compareTokens(tokenOf(a), tokenOf(b)));
    const tokens = new Set(byToken.map(tokenOf));
    if (tokens.size < byToken.length) found.push(`${thing}: one token was given out twice`);
    for (const line of clients) {
      if (line.say !== 'acts' || line.thing !== thing) continue;
      const successor = byToken.find((other) => compareTokens(tokenOf(other), line.token) > 0);
      if (successor?.say === 'owns' && successor.at + 2 * clockErrorMs < line.at)
        found.push(
          `${thing}: ${line.client} acted at ${line.at} under ${line.token}, after ${successor.client} owned it at ${successor.at}`,
        );
    }
  }
  return found;
}

const tokenOf = (line: ClientLine): string => ('token' in line ? line.token : '0');
const compareTokens = (a: string, b: string): number => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0);

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

/** The register history that the clients' lines tell. */
export function registerHistory(clients: readonly ClientLine[]): readonly Operation<RegisterInput, RegisterOutput>[] {
  const ends = new Map<string, ClientLine>();
  const keyOf = ({ client, id }: { readonly client: string; readonly id: number }): string => `${client} ${id}`;
  for (const line of clients)
    if (line.say === 'return' || line.say === 'refused' || line.say === 'unknown') ends.set(keyOf(line), line);
  return clients.flatMap((line): Operation<RegisterInput, RegisterOutput>[] => {
    if (line.say !== 'invoke') return [];
    const end = ends.get(keyOf(line));
    if (end?.say === 'refused') return [];
    const base = { client: line.client, input: inputOf(line), invokedAt: line.at };
    if (end?.say !== 'return') return [{ ...base, outcome: 'unknown' }];
    return [{ ...base, outcome: 'returned', output: outputOf(line.op, end), returnedAt: end.at }];
  });
}

function inputOf({ op, key, value = '', expected = null }: Extract<ClientLine, { say: 'invoke' }>): RegisterInput {
  if (op === 'read') return { op, key };
  return op === 'write' ? { op, key, value } : { op, key, value, expected };
}

function outputOf(op: 'read' | 'write' | 'cas', end: Extract<ClientLine, { say: 'return' }>): RegisterOutput {
  if (op === 'read') return { value: end.value ?? null };
  return op === 'write' ? {} : { swapped: end.swapped === true };
}

/** Whether what clients were told of registers has an order that explains it. */
export function notLinearizable({ clients }: Transcript): readonly string[] {
  const verdict = checkHistory(registerSpecification(), registerHistory(clients));
  if (verdict.verdict === 'linearizable') return [];
  if (verdict.verdict === 'unknown') return [`linearizability could not be decided: ${verdict.reason}`];
  return verdict.failures.map(
    ({ keys, operations }) => `not linearizable: ${keys.join()} in ${JSON.stringify(operations)}`,
  );
}

/** Whether watches broke one of the six guarantees, as far as the reference tells what was written. */
export function brokenWatches({ clients, reference }: Transcript): readonly string[] {
  const writes = writesOf(reference);
  if (writes === undefined) return [];
  const first = Math.min(...writes.map(({ revision }) => revision));
  const found: string[] = [];
  for (const [name, messages] of watchesOf(clients)) {
    const watch = { name, range: { prefix: '' }, legs: [{ fromRevision: first, messages }] };
    for (const breach of checkWatches(writes, [watch])) found.push(`watch of ${name}: ${JSON.stringify(breach)}`);
  }
  return found;
}

/** What was written, by the reference; undefined where it was interrupted with a gap and so does not know. */
function writesOf(reference: readonly ClientLine[]): readonly RecordedWrite[] | undefined {
  const writes = new Map<number, RecordedWrite>();
  let snapshots = 0;
  for (const line of reference) {
    if (line.say !== 'saw') continue;
    if (line.event.type === 'snapshot') snapshots += 1;
    if (line.event.type !== 'changes') continue;
    for (const { revision, ...change } of line.event.changes)
      writes.set(revision, { revision, changes: [...(writes.get(revision)?.changes ?? []), change] });
  }
  return snapshots > 1 || writes.size === 0 ? undefined : [...writes.values()];
}

/** One watch per process: a process that was started again watches anew. */
function watchesOf(clients: readonly ClientLine[]): ReadonlyMap<string, readonly RecordedMessage[]> {
  const watches = new Map<string, RecordedMessage[]>();
  for (const line of clients) {
    if (line.say !== 'saw' || line.event.type === 'interrupted') continue;
    const messages = watches.get(line.client) ?? [];
    watches.set(line.client, messages);
    if (line.event.type === 'snapshot') messages.push(line.event);
    else messages.push({ type: 'events', events: line.event.changes });
  }
  return watches;
}

/** Whether anything stood still for longer than three ttls after the end of a fault: nobody owned a thing anew, or no register answered. */
export function standstills({ clients, faults, ttlMs }: Transcript, untilMs: number): readonly string[] {
  const limitMs = 3 * ttlMs;
  const progress: readonly [string, (line: ClientLine) => boolean][] = [
    ['the lock', (line) => line.say === 'owns' && line.thing === 'lock'],
    ['the lead', (line) => (line.say === 'owns' || line.say === 'acts') && line.thing === 'lead'],
    ['the registers', (line) => line.say === 'return'],
  ];
  return progress.flatMap(([what, counts]) => {
    const times = clients.flatMap((line) => (counts(line) && 'at' in line ? [line.at] : []));
    return faults.flatMap(({ kind, target, toMs }) => {
      if (toMs + limitMs > untilMs) return [];
      const moved = times.some((at) => at > toMs && at <= toMs + limitMs);
      return moved ? [] : [`${what} stood still for ${limitMs} ms after ${kind} of ${target} had ended at ${toMs}`];
    });
  });
}

/** Whether the copies that watches kept were at the end what the store holds. */
export function staleCopies({ clients }: Transcript, truth: Readonly<Record<string, string>>): readonly string[] {
  return clients.flatMap((line) => {
    if (line.say !== 'settled') return [];
    const keys = new Set([...Object.keys(line.entries), ...Object.keys(truth)]);
    const wrong = [...keys].filter((key) => line.entries[key] !== truth[key]);
    return wrong.map((key) => `${line.client} has ${line.entries[key]} at ${key}, where ${truth[key]} is`);
  });
}

/** What clients themselves did not understand. */
export function oddities({ clients }: Transcript): readonly string[] {
  return clients.flatMap((line) => (line.say === 'fault' ? [`${line.client}: ${line.text}`] : []));
}
