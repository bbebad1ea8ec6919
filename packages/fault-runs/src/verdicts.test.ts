import { describe, expect, test } from 'vitest';
import type { ClientLine, ResourceLine } from './line.ts';
import {
  brokenWatches,
  doubleOwners,
  notLinearizable,
  overlaps,
  staleCopies,
  standstills,
  type Transcript,
} from './verdicts.ts';

const owns = (client: string, token: string, at: number): ClientLine => ({
  say: 'owns',
  client,
  thing: 'lock',
  token,
  at,
});
const acts = (client: string, token: string, at: number): ClientLine => ({
  say: 'acts',
  client,
  thing: 'lock',
  token,
  at,
});
const accepted = (owner: string, token: string): ResourceLine => ({
  say: 'accepted',
  thing: 'lock',
  owner,
  token,
  at: 0,
});

function transcript(parts: Partial<Transcript>): Transcript {
  return { clients: [], resource: [], reference: [], faults: [], ttlMs: 1_000, clockErrorMs: 1, ...parts };
}

describe('the judge', () => {
  test('takes hand-overs for what they are, and an act after a successor for an overlap', () => {
    const good = [owns('a', '5', 0), acts('a', '5', 90), owns('b', '7', 100), acts('b', '7', 120)];
    expect(overlaps(transcript({ clients: good }))).toEqual([]);
    expect(overlaps(transcript({ clients: [...good, acts('a', '5', 103)] }))).toHaveLength(1);
    // Within the error of the clocks nobody can tell.
    expect(overlaps(transcript({ clients: [...good, acts('a', '5', 101)] }))).toEqual([]);
    expect(overlaps(transcript({ clients: [...good, owns('c', '7', 200)] }))).toHaveLength(1);
  });

  test('finds a resource that went back to an older owner, and two owners under one token', () => {
    const good = [accepted('a', '5'), accepted('a', '5'), accepted('b', '7')];
    expect(doubleOwners(transcript({ resource: good }))).toEqual([]);
    expect(doubleOwners(transcript({ resource: [...good, accepted('a', '5')] }))).toHaveLength(1);
    expect(doubleOwners(transcript({ resource: [...good, accepted('c', '7')] }))).toHaveLength(1);
  });

  test('finds a stale read, and takes a lost reply for either outcome', () => {
    const write = (id: number, value: string, at: number): ClientLine[] => [
      { say: 'invoke', client: 'a', id, at, op: 'write', key: 'k', value },
      { say: 'return', client: 'a', id, at: at + 5 },
    ];
    const read = (id: number, value: string | null, at: number): ClientLine[] => [
      { say: 'invoke', client: 'b', id, at, op: 'read', key: 'k' },
      { say: 'return', client: 'b', id, at: at + 5, value },
    ];
    const good = [...write(1, 'x', 0), ...read(1, 'x', 10), ...write(2, 'y', 20)];
    expect(notLinearizable(transcript({ clients: [...good, ...read(2, 'y', 30)] }))).toEqual([]);
    expect(notLinearizable(transcript({ clients: [...good, ...read(2, 'x', 30)] }))).toHaveLength(1);
    const lost: ClientLine[] = [
      { say: 'invoke', client: 'c', id: 1, at: 25, op: 'write', key: 'k', value: 'z' },
      { say: 'unknown', client: 'c', id: 1 },
    ];
    for (const value of ['y', 'z'])
      expect(notLinearizable(transcript({ clients: [...good, ...lost, ...read(2, value, 40)] }))).toEqual([]);
  });

  test('finds a change that a watch did not bring', () => {
    const saw = (client: string, revision: number): ClientLine => ({
      say: 'saw',
      client,
      event: { type: 'changes', changes: [{ key: 'k', kind: 'put', value: String(revision), revision }] },
    });
    const snapshot = (client: string): ClientLine => ({
      say: 'saw',
      client,
      event: { type: 'snapshot', revision: 1, entries: {} },
    });
    const reference = [snapshot('reference'), ...[2, 3, 4].map((revision) => saw('reference', revision))];
    const watching = (revisions: readonly number[]): readonly ClientLine[] => [
      snapshot('a'),
      ...revisions.map((revision) => saw('a', revision)),
    ];
    expect(brokenWatches(transcript({ reference, clients: watching([2, 3, 4]) }))).toEqual([]);
    for (const wrong of [
      [2, 4],
      [2, 3, 3, 4],
      [2, 4, 3],
    ])
      expect(brokenWatches(transcript({ reference, clients: watching(wrong) }))).not.toEqual([]);
  });

  test('finds what stood still after a fault had ended', () => {
    const faults = [{ kind: 'kill', target: 'm', fromMs: 0, toMs: 1_000 }];
    const moving: ClientLine[] = [
      owns('a', '1', 2_000),
      { say: 'owns', client: 'a', thing: 'lead', token: '2', at: 3_000 },
      { say: 'return', client: 'a', id: 1, at: 3_500 },
    ];
    expect(standstills(transcript({ faults, clients: moving }), 9_000)).toEqual([]);
    expect(standstills(transcript({ faults, clients: moving.slice(1) }), 9_000)).toHaveLength(1);
    expect(standstills(transcript({ faults, clients: [] }), 3_000)).toEqual([]);
  });

  test('finds a copy that is not what the store holds', () => {
    const settled: ClientLine = { say: 'settled', client: 'a', entries: { k: '1', gone: '2' } };
    expect(staleCopies(transcript({ clients: [settled] }), { k: '1', gone: '2' })).toEqual([]);
    expect(staleCopies(transcript({ clients: [settled] }), { k: '3' })).toHaveLength(2);
  });
});
