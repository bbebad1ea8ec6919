import {
  checkHistory,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  registerSpecification,
} from '@keelson/linearizability';
import { checkWatches, type RecordedMessage, type RecordedWrite } from '@keelson/linearizability/watch';
import type { ClientLine } from '../line.ts';
import type { Transcript } from './transcript.ts';

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

/** Whether the copies that watches kept were at the end what the store holds. */
export function staleCopies({ clients }: Transcript, truth: Readonly<Record<string, string>>): readonly string[] {
  return clients.flatMap((line) => {
    if (line.say !== 'settled') return [];
    const keys = new Set([...Object.keys(line.entries), ...Object.keys(truth)]);
    const wrong = [...keys].filter((key) => line.entries[key] !== truth[key]);
    return wrong.map((key) => `${line.client} has ${line.entries[key]} at ${key}, where ${truth[key]} is`);
  });
}
