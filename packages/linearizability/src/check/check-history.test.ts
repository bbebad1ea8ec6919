import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLinearizable } from '../../test-support/brute-force.ts';
import { busyRegister, generateHistory } from '../../test-support/histories.mjs';
import { HistoryError, type Operation } from '../history/operation.ts';
import type { Specification } from '../specification.ts';
import { lockSpecification } from '../specifications/lock.ts';
import { mapSpecification } from '../specifications/map.ts';
import type { MapInput, MapOutput } from '../specifications/map-operations.ts';
import { type RegisterInput, type RegisterOutput, registerSpecification } from '../specifications/register.ts';
import { Budget } from './budget.ts';
import { checkHistory } from './check-history.ts';
import { minimise } from './minimise.ts';
import { scheduleOf } from './schedule.ts';
import { search } from './search.ts';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const at = (client: string, invokedAt: number, returnedAt: number) => ({ client, invokedAt, returnedAt });
const write = (value: number, when: ReturnType<typeof at>, key?: string): RegisterOperation => ({
  ...when,
  input: { op: 'write', value, ...(key === undefined ? {} : { key }) },
  outcome: 'returned',
  output: {},
});
const read = (value: number | null, when: ReturnType<typeof at>, key?: string): RegisterOperation => ({
  ...when,
  input: { op: 'read', ...(key === undefined ? {} : { key }) },
  outcome: 'returned',
  output: { value },
});

/** Any history of a register, sound or not: few values, so that much of it can be explained. */
const registerHistories = fc
  .array(
    fc.record({
      input: fc.oneof(
        fc.constant<RegisterInput>({ op: 'read' }),
        fc.record({ op: fc.constant('write' as const), value: fc.integer({ min: 0, max: 2 }) }),
        fc.record({
          op: fc.constant('cas' as const),
          expected: fc.integer({ min: 0, max: 2 }),
          value: fc.integer({ min: 0, max: 2 }),
        }),
      ),
      value: fc.integer({ min: 0, max: 2 }),
      swapped: fc.boolean(),
      invokedAt: fc.integer({ min: 0, max: 12 }),
      takes: fc.integer({ min: 0, max: 8 }),
      ends: fc.constantFrom('returned' as const, 'returned' as const, 'unknown' as const, 'bounded' as const),
    }),
    { maxLength: 7 },
  )
  .map((rows) =>
    rows.map(({ input, value, swapped, invokedAt, takes, ends }, client): RegisterOperation => {
      if (ends === 'unknown') return { client, input, invokedAt, outcome: 'unknown' };
      if (ends === 'bounded') return { client, input, invokedAt, outcome: 'unknown', endedAt: invokedAt + takes };
      const output = input.op === 'read' ? { value } : input.op === 'cas' ? { swapped } : {};
      return { client, input, invokedAt, outcome: 'returned', output, returnedAt: invokedAt + takes };
    }),
  );

/** A register that loses its read-only mark, so that the other path of the search is taken too. */
const plainRegister = { ...registerSpecification({ initial: 0 }), readOnly: () => false };

/** A bag of names from which `take` may choose any: one step, many states. */
const bag: Specification<string, { readonly add: string } | 'take', string> = {
  name: 'bag',
  initial: [''],
  step: (names, input, outcome) => {
    if (input !== 'take') return [[...names.split(''), input.add].sort().join('')];
    const options = [...new Set(names.split(''))].filter((name) => !outcome.known || outcome.output === name);
    return [...options.map((name) => names.replace(name, '')), ...(outcome.known ? [] : [names])];
  },
  identify: (names) => names,
};
const bagHistories = fc
  .array(
    fc.record({
      input: fc.oneof(fc.constant('take' as const), fc.record({ add: fc.constantFrom('a', 'b') })),
      output: fc.constantFrom('a', 'b'),
      invokedAt: fc.integer({ min: 0, max: 10 }),
      takes: fc.integer({ min: 0, max: 8 }),
      unknown: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((rows) =>
    rows.map(({ input, output, invokedAt, takes, unknown }, client) =>
      unknown && takes > 5
        ? { client, input, invokedAt, outcome: 'unknown' as const }
        : { client, input, invokedAt, outcome: 'returned' as const, output, returnedAt: invokedAt + takes },
    ),
  );

describe('checkHistory', () => {
  it('agrees with trying every order, on registers', () => {
    for (const specification of [registerSpecification({ initial: 0 }), plainRegister]) {
      fc.assert(
        fc.property(registerHistories, (history) => {
          const expected = isLinearizable(specification, history) ? 'linearizable' : 'not-linearizable';
          expect(checkHistory(specification, history).verdict).toBe(expected);
        }),
        { numRuns: 2_000 },
      );
    }
  });

  it('agrees with trying every order, where a step may lead to several states', () => {
    fc.assert(
      fc.property(bagHistories, (history) => {
        const expected = isLinearizable(bag, history) ? 'linearizable' : 'not-linearizable';
        expect(checkHistory(bag, history).verdict).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives an order that explains the history', () => {
    const specification = registerSpecification({ initial: 0 });
    fc.assert(
      fc.property(registerHistories, (history) => {
        const verdict = checkHistory(specification, history);
        if (verdict.verdict !== 'linearizable') return;
        const order = verdict.orders.flatMap((part) => part.order);
        const alone = order.map(
          (operation, index): RegisterOperation =>
            operation.outcome === 'returned'
              ? { ...operation, invokedAt: index, returnedAt: index + 0.5 }
              : { ...operation, invokedAt: index, endedAt: index + 0.5 },
        );
        expect(order).toHaveLength(new Set(order).size);
        expect(history.filter((one) => one.outcome === 'returned' && !order.includes(one))).toEqual([]);
        expect(isLinearizable(specification, alone)).toBe(true);
      }),
    );
  });

  it('leaves a part that fails by itself and of which nothing can be spared', () => {
    const specification = registerSpecification({ initial: 0 });
    fc.assert(
      fc.property(registerHistories, (history) => {
        const verdict = checkHistory(specification, history);
        if (verdict.verdict !== 'not-linearizable') return;
        const [{ operations, minimal }] = verdict.failures;
        expect(minimal).toBe(true);
        expect(isLinearizable(specification, operations)).toBe(false);
        // Whatever is left out may have happened while it ran, with any answer.
        const keeping = (kept: readonly RegisterOperation[]): RegisterOperation[] =>
          history.map((one) =>
            one.outcome === 'unknown' || kept.includes(one)
              ? one
              : { ...one, outcome: 'unknown' as const, endedAt: one.returnedAt },
          );
        expect(isLinearizable(specification, keeping(operations))).toBe(false);
        for (const spared of operations)
          expect(isLinearizable(specification, keeping(operations.filter((one) => one !== spared)))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds the two operations that cannot go together among many that can', () => {
    const good = busyRegister(7, 600, 10) as RegisterOperation[];
    const end = Math.max(...good.map((one) => (one.outcome === 'returned' ? one.returnedAt : 0)));
    const stale = [
      ...good,
      write(998, at('x', end + 1, end + 2), 'k0'),
      write(999, at('x', end + 3, end + 4), 'k0'),
      read(998, at('y', end + 5, end + 6), 'k0'),
    ];
    const verdict = checkHistory(registerSpecification(), stale);
    expect(verdict).toMatchObject({ verdict: 'not-linearizable' });
    if (verdict.verdict !== 'not-linearizable') return;
    const [{ operations, smallest, longest, minimal }] = verdict.failures;
    expect(operations).toEqual(stale.slice(-2));
    expect(minimal).toBe(true);
    expect(smallest.stuck).toEqual(stale.at(-1));
    expect(smallest.states).toEqual([999]);
    expect(longest.order).toHaveLength(stale.length - 1);
  });

  it('leaves such a part of a long history too, where only the states count that it may have begun in', () => {
    const specification = registerSpecification({ initial: 0 });
    fc.assert(
      fc.property(registerHistories, (generated) => {
        const history = generated.toSorted((a, b) => a.invokedAt - b.invokedAt);
        const schedule = scheduleOf(specification, history);
        const result = search(specification, schedule, new Budget(100_000));
        if (result.found !== false) return;
        const failed = { ...result, scheduled: schedule.operations };
        const { operations, minimal } = minimise(specification, history, failed, new Budget(100_000), 0);
        const begin = Math.min(...operations.map(({ invokedAt }) => invokedAt));
        // What had ended by then stands as it is; whatever else is left out may have happened while it ran, with any answer.
        const weaker = history.map((one) =>
          one.outcome === 'unknown' || operations.includes(one) || one.returnedAt < begin
            ? one
            : { ...one, outcome: 'unknown' as const, endedAt: one.returnedAt },
        );
        expect(isLinearizable(specification, weaker)).toBe(false);
        expect(minimal).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('makes the failing part of ten thousand operations small', () => {
    const history = busyRegister(4, 10_000, 10) as RegisterOperation[];
    const reads = history.filter(({ input }) => input.op === 'read');
    const [late, early] = [0.7, 0.3].map((part) => reads[Math.floor(reads.length * part)]);
    if (late?.outcome !== 'returned' || early?.outcome !== 'returned') throw new Error('every read has returned');
    const bad = history.map((one) => (one === late ? { ...late, output: early.output } : one));
    const verdict = checkHistory(registerSpecification(), bad);
    expect(verdict.verdict).toBe('not-linearizable');
    if (verdict.verdict !== 'not-linearizable') return;
    expect(verdict.failures[0].minimal).toBe(true);
    expect(verdict.failures[0].operations.length).toBeLessThan(5);
  });

  it('judges keys apart and names the one that fails', () => {
    const verdict = checkHistory(registerSpecification({ initial: 0 }), [
      write(1, at('a', 0, 1), 'good'),
      write(1, at('a', 2, 3), 'bad'),
      read(1, at('b', 4, 5), 'good'),
      read(0, at('b', 6, 7), 'bad'),
    ]);
    expect(verdict).toMatchObject({ verdict: 'not-linearizable', failures: [{ keys: ['bad'] }] });
  });

  it('judges keys together that one transaction touches', () => {
    const returned = (
      client: string,
      input: MapInput,
      output: MapOutput,
      time: number,
    ): Operation<MapInput, MapOutput> => ({
      client,
      input,
      outcome: 'returned',
      output,
      invokedAt: time,
      returnedAt: time + 1,
    });
    const both: MapInput = {
      op: 'txn',
      compare: [{ key: 'a', value: null }],
      then: [
        { op: 'put', key: 'a', value: 1 },
        { op: 'put', key: 'b', value: 1 },
      ],
    };
    const history = [
      returned('x', both, { succeeded: true }, 0),
      returned('y', { op: 'get', key: 'c' }, { value: null }, 2),
      returned('y', { op: 'get', key: 'b' }, { value: null }, 4),
    ];
    const verdict = checkHistory(mapSpecification(), history);
    expect(verdict).toMatchObject({ verdict: 'not-linearizable', failures: [{ keys: ['a', 'b'] }] });
  });

  it('takes two that meet at one moment for concurrent', () => {
    const history = [write(1, at('a', 0, 5)), read(0, at('b', 5, 6))];
    expect(checkHistory(registerSpecification({ initial: 0 }), history).verdict).toBe('linearizable');
  });

  it('says unknown where its limits end, and never guesses', () => {
    const history = busyRegister(3, 500, 10) as RegisterOperation[];
    expect(checkHistory(registerSpecification(), history, { maxSteps: 100 })).toMatchObject({
      verdict: 'unknown',
      reason: 'steps',
      undecided: [['k0']],
      steps: 100,
    });
    let nowMs = 0;
    const time = { limitMs: 0, nowMs: () => nowMs++ };
    expect(checkHistory(registerSpecification(), history, { time })).toMatchObject({
      verdict: 'unknown',
      reason: 'time',
    });
  });

  it('keeps the verdict where only making it small is limited', () => {
    const history = [write(1, at('a', 0, 1)), write(2, at('a', 2, 3)), read(1, at('b', 4, 5))];
    const verdict = checkHistory(registerSpecification(), history, { maxMinimiseSteps: 0 });
    expect(verdict).toMatchObject({ verdict: 'not-linearizable', failures: [{ minimal: false, operations: history }] });
  });

  it('refuses what is no history and what is no specification', () => {
    const backwards = write(1, at('a', 5, 4));
    expect(() => checkHistory(registerSpecification(), [backwards])).toThrow(HistoryError);
    expect(() => checkHistory(registerSpecification(), [write(1, at('a', 0, Number.NaN))])).toThrow(/finite/);
    const partial = { ...registerSpecification(), step: () => [] };
    const lost: RegisterOperation = { client: 'a', input: { op: 'write', value: 1 }, invokedAt: 0, outcome: 'unknown' };
    expect(() => checkHistory(partial, [lost, read(null, at('b', 1, 2))])).toThrow(/unknown outcome/);
    expect(() => checkHistory({ ...registerSpecification(), initial: [] }, [lost])).toThrow(/initial/);
  });

  it('needs little more than one step per operation and client', () => {
    const history = busyRegister(5, 5_000, 10) as RegisterOperation[];
    const { verdict, steps } = checkHistory(registerSpecification(), history);
    expect(verdict).toBe('linearizable');
    expect(steps).toBeLessThan(5_000 * 40);
  });

  it('knows locks that expire from locks that do not', () => {
    const history = generateHistory('lock-expires', 2);
    const [first, second] = [1, 2].map((token) => ({
      client: `c${token}`,
      input: { op: 'acquire' as const, owner: `c${token}` },
      outcome: 'returned' as const,
      output: { acquired: true as const, token },
      invokedAt: token * 10,
      returnedAt: token * 10 + 1,
    }));
    if (first === undefined || second === undefined) throw new Error('two were made');
    expect(history.length).toBeGreaterThan(0);
    expect(checkHistory(lockSpecification(), [first, second]).verdict).toBe('not-linearizable');
    expect(checkHistory(lockSpecification({ expires: true }), [first, second]).verdict).toBe('linearizable');
    const sameToken = { ...second, output: { acquired: true as const, token: 1 } };
    expect(checkHistory(lockSpecification({ expires: true }), [first, sameToken]).verdict).toBe('not-linearizable');
  });
});
