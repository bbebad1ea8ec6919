import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type InjectionCounts, neverInjected, sumOfInjections } from './injections.ts';
import { exhibits } from './museum/exhibits.ts';
import { scenarios } from './scenarios/index.ts';
import { shrinkSchedule } from './shrink.ts';
import { simulate, strikingKinds } from './simulate.ts';

describe('every scenario', () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s holds, whatever strikes it',
    async (_, scenario) => {
      const injected: InjectionCounts[] = [];
      for (let seed = 1; seed <= 12; seed += 1) {
        const { violations, steps, injections } = await simulate(scenario, { seed });
        injected.push(injections);
        expect({ seed, violations }).toEqual({ seed, violations: [] });
        expect(steps).toBeGreaterThan(100);
      }
      expect(neverInjected(strikingKinds(scenario), sumOfInjections(injected))).toEqual([]);
    },
    120_000,
  );

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s goes the same way twice from one seed, and another way from another',
    async (_, scenario) => {
      const [once, again, other] = [
        await simulate(scenario, { seed: 5 }),
        await simulate(scenario, { seed: 5 }),
        await simulate(scenario, { seed: 6 }),
      ];
      expect(again.traceSummary).toBe(once.traceSummary);
      expect(again.trace).toEqual(once.trace);
      expect(other.traceSummary).not.toBe(once.traceSummary);
    },
    120_000,
  );
});

describe('the museum', () => {
  test('is what its page says', () => {
    const page = readFileSync(new URL('../../../docs/bugs.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| .* \| (\d+) \| (\d+) \|/gm)];
    expect(rows.map(([, name, , within]) => [name, Number(within)])).toEqual(
      exhibits.map(({ name, withinRuns }) => [name, withinRuns]),
    );
    for (const [, , seed, within] of rows) expect(Number(seed)).toBeLessThanOrEqual(Number(within));
  });

  test.each(exhibits.map((exhibit) => [exhibit.name, exhibit] as const))(
    '%s is found, and told by fewer faults, again and again',
    async (_, { scenario, withinRuns }) => {
      let found = await simulate(scenario, { seed: 1 });
      for (let seed = 2; seed <= withinRuns && found.violations.length === 0; seed += 1)
        found = await simulate(scenario, { seed });
      expect(found.violations).not.toEqual([]);
      const smallest = await shrinkSchedule(scenario, found, { attempts: 60 });
      expect(smallest.schedule.length).toBeLessThanOrEqual(Math.min(6, found.schedule.length));
      expect(smallest.violations).not.toEqual([]);
      const { seed, schedule } = smallest;
      expect((await simulate(scenario, { seed, schedule })).traceSummary).toBe(smallest.traceSummary);
    },
    120_000,
  );
});
