import { describe, expect, test } from 'vitest';
import { placementOfStep, Replay, StepComparison, stepsOf } from '../../test-support/replay.ts';
import { planCluster } from './plan-cluster.ts';

const scenarios = ['failover', 'semi-auto-and-customized', 'error-and-reset', 'controllers'] as const;

describe.each(scenarios)('in the situations of %s', (name) => {
  const replay = new Replay(name);

  test('our controller writes the messages and views that Helix wrote', async () => {
    const transcript: string[] = [];
    for (const step of stepsOf(replay)) {
      const report = new StepComparison(replay, step).run();
      transcript.push(`== ${step.name}`);
      for (const batch of report.batches) transcript.push(...batch, '');
      if (report.views > 0) transcript.push(`external views: ${report.views}, as Helix wrote them`, '');
      for (const message of report.unmatched) transcript.push(`only Helix: ${message}`);
      for (const view of report.unmatchedViews) transcript.push(`only Helix: ${view}`);
    }
    await expect(`${transcript.join('\n')}\n`).toMatchFileSnapshot(`../../testdata/replay-${name}.txt`);
    expect(transcript.filter((line) => line.startsWith('only Helix'))).toEqual([]);
  });

  test('where Helix came to rest, we ask for nothing and write no other view', () => {
    for (const step of stepsOf(replay)) {
      const { snapshot } = replay.at(step.end);
      const nowMs = replay.lines[step.end - 1]?.ms ?? 0;
      const plan = planCluster(snapshot, nowMs, { placement: placementOfStep(replay.at(step.end)) });
      expect(plan.transitions, step.name).toEqual([]);
      const views = plan.views.filter((view) => snapshot.externalViews.has(view.resource));
      expect(
        views.map((view) => view.record),
        step.name,
      ).toEqual([]);
    }
  });
});
