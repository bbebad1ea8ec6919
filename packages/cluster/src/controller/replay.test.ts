import type { Entry } from '@keelson/store';
import { describe, expect, test } from 'vitest';
import { recordingNames } from '../../test-support/recording.ts';
import { placementOfStep, Replay, StepComparison, stepsOf } from '../../test-support/replay.ts';
import { ClusterMirror } from '../snapshot/index.ts';
import { type ClusterPlan, planCluster } from './plan-cluster.ts';

const scenarios = [
  'failover',
  'semi-auto-and-customized',
  'error-and-reset',
  'controllers',
  'cluster-modes',
  'waged',
] as const;

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
      const plan = planCluster(snapshot, nowMs, { solver: placementOfStep(replay.at(step.end)) });
      expect(plan.transitions, step.name).toEqual([]);
      const views = plan.views.filter((view) => snapshot.externalViews.has(view.resource));
      expect(
        views.map((view) => view.record),
        step.name,
      ).toEqual([]);
    }
  });
});

describe('looking only at what changed', () => {
  test.each(recordingNames)('comes to the same as looking at everything, at every write of %s', (name) => {
    const replay = new Replay(name);
    const mirror = new ClusterMirror(replay.cluster);
    const entries = new Map<string, Entry>();
    mirror.reset([], 0n);
    let previous: ClusterPlan | undefined;
    let planned = 0;
    for (const step of stepsOf(replay)) {
      const solver = placementOfStep(replay.at(step.end));
      for (const line of replay.lines.slice(step.begin, step.end)) {
        mirror.apply(replay.changesOf(entries, line), 0n);
        const options = { solver };
        const anew = planCluster(mirror.snapshot, line.ms, options);
        // A new step brings new lists of the Java controller's placement, which our decision takes for given.
        const changes = mirror.takeChanges();
        if (line.kind === 'step') changes.markAll('IdealStateChange');
        previous = planCluster(mirror.snapshot, line.ms, { ...options, previous, changes });
        expect(previous.transitions).toEqual(anew.transitions);
        expect(previous.obsolete).toEqual(anew.obsolete);
        expect(previous.views.map((view) => view.record)).toEqual(anew.views.map((view) => view.record));
        expect(previous.viewsToRemove).toEqual(anew.viewsToRemove);
        expect(previous.lookAgainMs ?? 0).toBeLessThanOrEqual(anew.lookAgainMs ?? Number.MAX_SAFE_INTEGER);
        planned++;
      }
    }
    expect(planned).toBe(replay.lines.length);
  });
});
