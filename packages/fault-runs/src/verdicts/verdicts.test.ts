import { describe, expect, test } from 'vitest';
import type { BarrierLine, ClientLine, ResourceLine } from '../line.ts';
import { brokenBarriers } from './barrier.ts';
import { falseStories } from './group.ts';
import { brokenNews } from './news.ts';
import { doubleOwners, overlaps } from './ownership.ts';
import { falseAccusations, oddities, standstills } from './progress.ts';
import { brokenWatches, notLinearizable, staleCopies } from './registers.ts';
import type { Transcript } from './transcript.ts';

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
  const nothing = { clients: [], resource: [], reference: [], faults: [], parties: 2, everyChange: true };
  return { ...nothing, ttlMs: 1_000, clockErrorMs: 1, untilMs: 9_000, ...parts };
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
    const faults = [{ kind: 'kill', target: 'm', fromMs: 0, toMs: 1_000, load: 1 }];
    const moving: ClientLine[] = [
      owns('a', '1', 2_000),
      { say: 'owns', client: 'a', thing: 'lead', token: '2', at: 3_000 },
      { say: 'owns', client: 'a', thing: 'captain', token: '3', at: 3_000 },
      { say: 'return', client: 'a', id: 1, at: 3_500 },
      { say: 'published', client: 'a', at: 3_600, key: 'a:1', sequence: 1 },
      { say: 'reads', client: 'a', at: 3_700, consumer: 'a', key: 'a:1', sequence: 1 },
      { say: 'passed', client: 'a', at: 3_800, round: '9' },
    ];
    expect(standstills(transcript({ faults, clients: moving }))).toEqual([]);
    for (const index of moving.keys())
      expect(standstills(transcript({ faults, clients: moving.toSpliced(index, 1) }))).toHaveLength(1);
    expect(standstills(transcript({ faults, clients: [], untilMs: 3_000 }))).toEqual([]);
    const late = moving.map((line) => ('at' in line ? { ...line, at: line.at + 12_000 } : line));
    expect(standstills(transcript({ faults, clients: late, untilMs: 60_000 }))).toHaveLength(7);
    // As long as the servers themselves are not together, nobody can go on.
    const healing = faults.map((fault) => ({ ...fault, wholeMs: 13_000 }));
    expect(standstills(transcript({ faults: healing, clients: late, untilMs: 60_000 }))).toEqual([]);
    // Nor while the next fault keeps them down: here 100 ms were left before it, and 2,900 after.
    const next = { kind: 'kill', target: 'member 0', fromMs: 1_100, toMs: 11_000, wholeMs: 11_200, load: 1 };
    const until = (atMs: number) => moving.map((line) => ('at' in line ? { ...line, at: atMs } : line));
    const struck = (atMs: number) => transcript({ faults: [...faults, next], clients: until(atMs), untilMs: 60_000 });
    expect(standstills(struck(14_100))).toEqual([]);
    expect(standstills(struck(14_101))).toHaveLength(7);
    const onClient = { ...next, target: 'client-1', wholeMs: 12_900 };
    expect(standstills(transcript({ faults: [...faults, onClient], clients: late, untilMs: 60_000 }))).toHaveLength(7);
  });

  test('finds two members of one name, a death of somebody at work, a leave that nobody said, and one who was missed', () => {
    const observed = (event: 'joined' | 'left', token: string, at: number, cause?: 'left' | 'failed'): ClientLine => ({
      say: 'observed',
      client: 'b',
      at,
      event,
      member: 'm',
      token,
      ...(cause === undefined ? {} : { cause }),
    });
    const works = (token: string, at: number): ClientLine => ({ say: 'acts', client: 'a', thing: 'm', token, at });
    const bye: ClientLine = { say: 'gives-up', client: 'a', thing: 'm', token: '5', at: 90 };
    const good = [observed('joined', '5', 10), works('5', 50), bye, observed('left', '5', 100, 'left')];
    const stories = (...clients: readonly ClientLine[]) => falseStories(transcript({ clients }));
    expect(stories(...good, observed('joined', '7', 110))).toEqual([]);
    expect(stories(observed('joined', '5', 10), observed('joined', '7', 20))).toHaveLength(1);
    expect(stories(...good, observed('joined', '5', 110))).toHaveLength(1);
    expect(stories(observed('joined', '5', 10), observed('left', '5', 20, 'failed'), works('5', 23))).toHaveLength(1);
    expect(stories(observed('joined', '5', 10), observed('left', '5', 20, 'left'))).toHaveLength(1);
    const other = { ...observed('joined', '6', 105), client: 'c' } as ClientLine;
    expect(stories(...good, other, observed('joined', '7', 110))).toEqual(['b was not told of m 6']);
    const blind: ClientLine = { say: 'blind', client: 'b', at: 104 };
    expect(stories(...good, blind, other, observed('joined', '7', 110))).toEqual([]);
  });

  test('finds a barrier that opened for too few, and a party that was through before another left', () => {
    const enters = (client: string, at: number): BarrierLine => ({ say: 'enters', client, at });
    const line = (say: 'passed' | 'leaves' | 'through', client: string, at: number): BarrierLine => ({
      say,
      client,
      at,
      round: '9',
    });
    const entered = [enters('a', 0), enters('b', 10), line('passed', 'a', 20), line('passed', 'b', 21)];
    const left = [line('leaves', 'a', 30), line('leaves', 'b', 40), line('through', 'a', 41), line('through', 'b', 42)];
    expect(brokenBarriers(transcript({ clients: [...entered, ...left] }))).toEqual([]);
    expect(brokenBarriers(transcript({ clients: [...entered, ...left], parties: 3 }))).toHaveLength(1);
    // The word of the opening came late, when the other had given up.
    const late = [
      enters('a', 0),
      enters('b', 10),
      { say: 'gone', client: 'b', at: 15, lost: false } as const,
      line('passed', 'a', 20),
    ];
    expect(brokenBarriers(transcript({ clients: late }))).toEqual([]);
    // A session that was lost to its owner keeps the place until the servers end it.
    const lost = { say: 'gone', client: 'b', at: 15, lost: true } as const;
    const after = (one: BarrierLine, atMs: number) => [
      enters('b', 10),
      one,
      enters('a', atMs),
      line('passed', 'a', atMs),
    ];
    expect(brokenBarriers(transcript({ clients: after(lost, 1_900) }))).toEqual([]);
    expect(brokenBarriers(transcript({ clients: after(lost, 2_100) }))).toHaveLength(1);
    expect(brokenBarriers(transcript({ clients: after({ ...lost, lost: false }, 1_900) }))).toHaveLength(1);
    const early = [line('leaves', 'a', 30), line('through', 'a', 35), line('leaves', 'b', 40)];
    expect(brokenBarriers(transcript({ clients: [...entered, ...early] }))).toHaveLength(1);
    const again = [...entered, ...left, enters('a', 50), enters('b', 51), line('passed', 'a', 60)];
    expect(brokenBarriers(transcript({ clients: again }))).not.toEqual([]);
  });

  test('finds an event that is lost, twice in the log, out of order, or read past the cursor', () => {
    const published = (key: string, sequence: number): ClientLine => ({
      say: 'published',
      client: 'p',
      at: 1,
      key,
      sequence,
    });
    const reads = (key: string, sequence: number): ClientLine => ({
      say: 'reads',
      client: 'c',
      at: 2,
      consumer: 'c',
      key,
      sequence,
    });
    const at = { client: 'c', consumer: 'c', at: 3 };
    const begins: ClientLine = { ...at, say: 'subscribes' };
    const news = (...clients: readonly ClientLine[]) => brokenNews(transcript({ clients }));
    const good = [published('p:1', 1), published('p:2', 2), begins, reads('p:1', 1), reads('p:2', 2)];
    expect(news(...good)).toEqual([]);
    expect(news(...good.slice(0, -1))).toEqual(['c read up to 1, where 2 were published']);
    expect(news(...good, published('p:1', 3), reads('p:1', 3))).not.toEqual([]);
    expect(news(...good, { say: 'not-published', client: 'p', at: 1, key: 'p:2' })).toHaveLength(1);
    expect(news(begins, reads('p:2', 1), reads('p:1', 2))).toEqual(['p:1 comes after call 2 of its publisher']);
    const noted: readonly ClientLine[] = [
      { ...at, say: 'commits', sequence: 1 },
      { ...at, say: 'committed', sequence: 1 },
    ];
    expect(news(...good, ...noted, begins, reads('p:2', 2))).toEqual([]);
    expect(news(...good, ...noted, begins, reads('p:1', 1))).toHaveLength(1);
    expect(news(...good, begins, reads('p:2', 2))).toHaveLength(1);
    expect(news(...good, { ...at, say: 'misses', events: 3 })).toHaveLength(1);
  });

  test('finds an accusation by who was stopped itself, and what an ended process left open', () => {
    const faults = [{ kind: 'stop client', target: 'client-1', fromMs: 100, toMs: 1_000, load: 1 }];
    const suspects = (client: string, at: number): ClientLine => ({ say: 'suspects', client, at, member: 'm' });
    expect(falseAccusations(transcript({ faults, clients: [suspects('client-1#0', 1_100)] }))).toHaveLength(1);
    const fair = [suspects('client-2#0', 1_100), suspects('client-1#0', 5_000)];
    expect(falseAccusations(transcript({ faults, clients: fair }))).toEqual([]);
    const ended = (...open: string[]): ClientLine => ({ say: 'ended', client: 'a', at: 1, open, rssBytes: 1 });
    expect(oddities(transcript({ clients: [ended()] }))).toEqual([]);
    expect(oddities(transcript({ clients: [ended('TCPSocketWrap')] }))).toEqual(['a left open: TCPSocketWrap']);
  });

  test('finds a copy that is not what the store holds', () => {
    const settled: ClientLine = { say: 'settled', client: 'a', entries: { k: '1', gone: '2' } };
    expect(staleCopies(transcript({ clients: [settled] }), { k: '1', gone: '2' })).toEqual([]);
    expect(staleCopies(transcript({ clients: [settled] }), { k: '3' })).toHaveLength(2);
  });
});
