import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOf, generateWatch, generateWrites } from '../../test-support/watches.ts';
import {
  checkWatches,
  type RecordedEvent,
  type RecordedMessage,
  type RecordedWatch,
  type RecordedWrite,
  type WatchGuarantee,
  watchGuarantees,
} from './index.ts';
import { tookPlainCourse } from './plain-course.ts';
import { owedIn, readWatch } from './reading.ts';

const writes: readonly RecordedWrite[] = [
  { revision: 2, changes: [{ key: 'a', kind: 'put', value: '1' }] },
  { revision: 3, changes: [{ key: 'z', kind: 'put', value: '1' }] },
  {
    revision: 4,
    changes: [
      { key: 'a', kind: 'put', value: '2' },
      { key: 'b', kind: 'put', value: '1' },
    ],
  },
  { revision: 5, changes: [{ key: 'a', kind: 'delete' }] },
  { revision: 6, changes: [{ key: 'b', kind: 'put', value: '2' }] },
];
const event = (revision: number, key: string): RecordedEvent => {
  const change = writes.find((write) => write.revision === revision)?.changes.find((one) => one.key === key);
  if (change === undefined) throw new Error('no such write');
  return { ...change, revision };
};
const events = (...list: RecordedEvent[]): RecordedMessage => ({ type: 'events', events: list });
const progress = (revision: number): RecordedMessage => ({ type: 'progress', revision });
const [two, fourA, fourB, five, six] = [event(2, 'a'), event(4, 'a'), event(4, 'b'), event(5, 'a'), event(6, 'b')];
const range = { start: 'a', end: 'c' };

/** The guarantees that are broken, and the revisions they are broken at. */
function broken(...legs: { from?: number; messages: RecordedMessage[] }[]): [WatchGuarantee, number][] {
  const watch: RecordedWatch = {
    name: 'w',
    range,
    legs: legs.map(({ from, messages }) => ({ ...(from === undefined ? {} : { fromRevision: from }), messages })),
    settledAt: 6,
  };
  return checkWatches(writes, [watch]).map(({ guarantee, revision }) => [guarantee, revision]);
}

const whole = [events(two), events(fourA, fourB), progress(4), events(five, six)];

describe('checkWatches', () => {
  it('finds nothing in watches that keep all guarantees', () => {
    expect(broken({ from: 1, messages: whole })).toEqual([]);
    expect(broken({ from: 1, messages: [events(two, fourA, fourB, five, six), progress(9)] })).toEqual([]);
    expect(
      broken({ from: 1, messages: [events(two)] }, { from: 3, messages: [events(fourA, fourB, five, six)] }),
    ).toEqual([]);
    expect(broken({ messages: [{ type: 'created', revision: 4 }, events(five), events(six)] })).toEqual([]);
    // A bookmark of a revision that the range had no part in moves the place to go on from.
    expect(
      broken(
        { from: 1, messages: [events(two), progress(3)] },
        { from: 4, messages: [events(fourA, fourB, five, six)] },
      ),
    ).toEqual([]);
    const entries = { a: '2', b: '1' };
    const listed: RecordedMessage = { type: 'snapshot', revision: 4, entries };
    expect(
      broken(
        { from: 1, messages: [{ type: 'compacted', compactRevision: 4 }] },
        { from: 5, messages: [listed, events(five), events(six)] },
      ),
    ).toEqual([]);
    expect(broken({ from: 1, messages: [events(two), listed, events(five, six)] })).toEqual([]);
  });

  it('tells every breach by its name', () => {
    const cases: [WatchGuarantee, number, Parameters<typeof broken>][] = [
      ['genuine', 6, [{ from: 1, messages: [...whole.slice(0, 3), events(five, { ...six, value: 'other' })] }]],
      [
        'genuine',
        3,
        [{ from: 1, messages: [events(two), events({ key: 'z', kind: 'put', revision: 3 }), ...whole.slice(1)] }],
      ],
      [
        'genuine',
        4,
        [
          {
            from: 1,
            messages: [events(two), { type: 'snapshot', revision: 4, entries: { a: '2' } }, events(five, six)],
          },
        ],
      ],
      ['ordered', 5, [{ from: 1, messages: [events(two), events(fourA, fourB), events(six), events(five)] }]],
      ['ordered', 2, [{ from: 1, messages: [events(fourA, fourB), events(two), events(five, six)] }]],
      ['ordered', 4, [{ from: 1, messages: [...whole, { type: 'snapshot', revision: 4 }] }]],
      ['unique', 5, [{ from: 1, messages: [...whole, events(five)] }]],
      [
        'unique',
        2,
        [
          { from: 1, messages: [events(two)] },
          { from: 2, messages: whole },
        ],
      ],
      ['reliable', 4, [{ from: 1, messages: [events(two), events(five, six)] }]],
      ['reliable', 6, [{ from: 1, messages: [events(two), events(fourA, fourB), events(five)] }]],
      ['reliable', 2, [{ from: 1, messages: [] }]],
      ['atomic', 4, [{ from: 1, messages: [events(two), events(fourA), events(fourB), events(five, six)] }]],
      ['atomic', 4, [{ from: 1, messages: [events(two), events(fourB), events(five, six)] }]],
      ['resumable', 2, [{ from: 1, messages: [events(fourA, fourB), events(five, six)] }]],
      [
        'resumable',
        4,
        [
          { from: 1, messages: [events(two)] },
          { from: 5, messages: [events(five, six)] },
        ],
      ],
      [
        'resumable',
        4,
        [
          { from: 1, messages: [events(two)] },
          { from: 3, messages: [events(five, six)] },
        ],
      ],
      ['resumable', 2, [{ from: 4, messages: whole }]],
      [
        'resumable',
        3,
        [
          { from: 3, messages: [{ type: 'compacted', compactRevision: 3 }] },
          { from: 3, messages: whole.slice(1) },
        ],
      ],
      ['bookmarkable', 4, [{ from: 1, messages: [events(two), progress(4), events(fourA, fourB), events(five, six)] }]],
      ['bookmarkable', 6, [{ from: 1, messages: [...whole.slice(0, 3), events(five), progress(6)] }]],
      [
        'bookmarkable',
        3,
        [{ from: 1, messages: [events(two), events(fourA, fourB), progress(4), progress(3), events(five, six)] }],
      ],
      ['bookmarkable', 2, [{ from: 1, messages: [progress(3), events(fourA, fourB, five, six)] }]],
    ];
    const found = cases.map(([, , legs]) => [...new Set(broken(...legs).map(([guarantee]) => guarantee))]);
    expect(found).toEqual(cases.map(([guarantee]) => [guarantee]));
    for (const [guarantee, revision, legs] of cases) expect(broken(...legs)[0]).toEqual([guarantee, revision]);
  });

  it('does not owe what may still be under way', () => {
    const watch: RecordedWatch = { name: 'w', range, legs: [{ fromRevision: 1, messages: [events(two)] }] };
    expect(checkWatches(writes, [watch])).toEqual([]);
  });

  it('says where it is and to whom it happened', () => {
    const watch: RecordedWatch = {
      name: 'cache',
      range,
      legs: [{ fromRevision: 1, messages: [...whole, events(five)] }],
    };
    expect(checkWatches(writes, [watch], ['unique', 'ordered'])).toEqual([
      {
        guarantee: 'unique',
        watch: 'cache',
        at: { leg: 0, message: 4 },
        revision: 5,
        text: 'a of revision 5 came a second time.',
      },
    ]);
  });
});

/** Spoils a sound watch in one way; undefined where there is nothing to spoil so. */
type Mutation = (watch: RecordedWatch, written: readonly RecordedWrite[], pick: number) => RecordedWatch | undefined;

/** Places of the messages with events, and what they hold. */
const batches = (watch: RecordedWatch): { leg: number; index: number; batch: readonly RecordedEvent[] }[] =>
  watch.legs.flatMap(({ messages }, leg) =>
    messages.flatMap((message, index) => (message.type === 'events' ? [{ leg, index, batch: message.events }] : [])),
  );
const at = <T>(items: readonly T[], pick: number): T | undefined => items[pick % Math.max(1, items.length)];

/** The watch with messages of one leg replaced. */
function edit(
  watch: RecordedWatch,
  leg: number,
  index: number,
  remove: number,
  ...put: RecordedMessage[]
): RecordedWatch {
  const legs = watch.legs.map((one, number) => {
    if (number !== leg) return one;
    return { ...one, messages: [...one.messages.slice(0, index), ...put, ...one.messages.slice(index + remove)] };
  });
  return { ...watch, legs };
}

const mutations: Record<WatchGuarantee, Mutation> = {
  genuine: (watch, _, pick) => {
    const found = at(batches(watch), pick);
    if (found === undefined) return undefined;
    const changed = found.batch.map((one, index) =>
      index === 0 ? { ...one, kind: 'put' as const, value: 'forged' } : one,
    );
    return edit(watch, found.leg, found.index, 1, events(...changed));
  },
  ordered: (watch, _, pick) => {
    // Two batches that follow each other directly, the wrong way round.
    const pairs = batches(watch).filter(({ leg, index }) => watch.legs[leg]?.messages[index + 1]?.type === 'events');
    const found = at(pairs, pick);
    const next = found && watch.legs[found.leg]?.messages[found.index + 1];
    return found && next && edit(watch, found.leg, found.index, 2, next, events(...found.batch));
  },
  unique: (watch, _, pick) => {
    const found = at(batches(watch), pick);
    return found && edit(watch, found.leg, found.index + 1, 0, events(...found.batch));
  },
  reliable: (watch, _, pick) => {
    // A batch in the middle of a leg, with no bookmark behind it that could claim it.
    const inner = batches(watch).filter(({ leg, index }) => {
      const behind = watch.legs[leg]?.messages.slice(index + 1) ?? [];
      const before = watch.legs[leg]?.messages.slice(0, index) ?? [];
      return behind[0]?.type === 'events' && before.some(({ type }) => type === 'events');
    });
    const found = at(inner, pick);
    return found && edit(watch, found.leg, found.index, 1);
  },
  atomic: (watch, _, pick) => {
    const wide = batches(watch).filter(({ batch }) => batch.length > 1 && batch[0]?.revision === batch[1]?.revision);
    const found = at(wide, pick);
    return (
      found &&
      edit(watch, found.leg, found.index, 1, events(...found.batch.slice(0, 1)), events(...found.batch.slice(1)))
    );
  },
  resumable: (watch, written, pick) => {
    // A leg that begins with a batch goes on without it.
    const heads = batches(watch).filter(({ leg, index }) => {
      const messages = watch.legs[leg]?.messages ?? [];
      return index === 1 && messages[0]?.type === 'created' && messages[2]?.type === 'events';
    });
    const found = at(heads, pick);
    return found && eventsOf(written, 0, Infinity).length > 0 ? edit(watch, found.leg, found.index, 1) : undefined;
  },
  bookmarkable: (watch, _, pick) => {
    const found = at(batches(watch), pick);
    const revision = found?.batch.at(-1)?.revision;
    return found && revision !== undefined ? edit(watch, found.leg, found.index, 0, progress(revision)) : undefined;
  },
};

describe('each guarantee', () => {
  const seeds = fc.integer({ min: 1, max: 1_000_000 });

  it('holds on generated watches that keep it', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const written = generateWrites(seed);
        expect(checkWatches(written, [generateWatch(seed, written)])).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each(Object.keys(mutations) as WatchGuarantee[])('%s: its own breach is found, and by no other', (guarantee) => {
    let spoiled = 0;
    fc.assert(
      fc.property(seeds, fc.nat(1_000), (seed, pick) => {
        const written = generateWrites(seed);
        const watch = mutations[guarantee](generateWatch(seed, written), written, pick);
        if (watch === undefined) return;
        spoiled += 1;
        const names = new Set(checkWatches(written, [watch]).map((breach) => breach.guarantee));
        expect([...names]).toEqual([guarantee]);
      }),
      { numRuns: 300 },
    );
    expect(spoiled).toBeGreaterThan(50);
  });
});

describe('a plain course', () => {
  const findings = (written: readonly RecordedWrite[], watch: RecordedWatch): string[] => {
    const reading = readWatch(written, watch);
    return Object.values(watchGuarantees).flatMap((judge) => judge(reading).map(({ text }) => text));
  };
  const isPlain = (written: readonly RecordedWrite[], watch: RecordedWatch): boolean =>
    tookPlainCourse(owedIn(written, watch.range), watch);
  const names = Object.keys(mutations) as WatchGuarantee[];

  it('is seen in most watches that keep the guarantees, and breaks none', () => {
    let [plain, all] = [0, 0];
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000), fc.constantFrom(undefined, ...names), (seed, pick, name) => {
        const written = generateWrites(seed);
        const whole = generateWatch(seed, written);
        const watch = name === undefined ? whole : (mutations[name](whole, written, pick) ?? whole);
        if (watch === whole) all += 1;
        if (!isPlain(written, watch)) return;
        if (watch === whole) plain += 1;
        expect(findings(written, watch)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
    expect(plain).toBeGreaterThan(all / 2);
  });

  it('hides no breach in a watch that lost messages or legs, or had them twice or in another order', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(fc.nat(1_000), { minLength: 1, maxLength: 3 }), (seed, picks) => {
        const written = generateWrites(seed);
        const watch = picks.reduce(shaken, generateWatch(seed, written));
        if (isPlain(written, watch)) expect(findings(written, watch)).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });
});

/** One message or leg left out, doubled, moved to the end of its leg, or without its first revision, as `pick` says. */
function shaken(watch: RecordedWatch, pick: number): RecordedWatch {
  const legs = watch.legs.map((leg) => ({ ...leg, messages: [...leg.messages] }));
  const [leg, place, what] = [legs[pick % legs.length], pick >> 3, pick % 5];
  if (leg === undefined) return watch;
  const at = place % Math.max(1, leg.messages.length);
  if (what === 0) leg.messages.splice(at, 1);
  else if (what === 1) leg.messages.splice(at, 0, ...leg.messages.slice(at, at + 1));
  else if (what === 2) leg.messages.push(...leg.messages.splice(at, 1));
  else if (what === 3) legs.splice(pick % legs.length, 1);
  else return { ...watch, legs: legs.map(({ messages }) => ({ messages })) };
  return { ...watch, legs };
}
