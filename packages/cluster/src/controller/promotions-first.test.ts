import { describe, expect, test } from 'vitest';
import { asked, SKETCH_SINCE_MS, semiAuto, sketch } from '../../test-support/snapshot.ts';
import { ClusterChanges } from '../snapshot/cluster-changes.ts';
import { type ClusterPlan, type ClusterPlanOptions, planCluster } from './plan-cluster.ts';

const nowMs = SKETCH_SINCE_MS + 100;
const holdBackMs = 500;
const instances = ['a', 'b', 'd'];
const resources = [semiAuto('db', { db_0: ['a', 'b', 'd'] })];
/** Its MASTER is lost: b is to be promoted, d to become a SLAVE. */
const lost = { instances, resources, dead: ['a'], states: { db: { db_0: { a: 'MASTER', b: 'SLAVE' } } } };

const plan = (cluster: Parameters<typeof sketch>[0], options: ClusterPlanOptions = {}, atMs = nowMs): ClusterPlan =>
  planCluster(sketch(cluster), atMs, { holdBackMs, ...options });
const steps = ({ transitions }: ClusterPlan): string[] =>
  transitions.map(({ instance, fromState, toState }) => `${instance} ${fromState}-${toState}`);

describe('while a promotion is under way', () => {
  test('new replicas wait', () => {
    const first = plan(lost);
    expect(steps(first)).toEqual(['b SLAVE-MASTER']);
    expect(first.lookAgainMs).toBe(nowMs + holdBackMs);
  });

  test('they are asked for once their time has come, though nothing has changed', () => {
    const pending = { ...lost, messages: [asked('b', 'db_0', 'SLAVE', 'MASTER')] };
    const waiting = plan(pending, {}, 10);
    const dueMs = waiting.lookAgainMs ?? 0;
    const nothing = { previous: waiting, changes: new ClusterChanges() };
    expect(steps(plan(pending, nothing, dueMs - 1))).toEqual([]);
    expect(steps(plan(pending, nothing, dueMs))).toEqual(['d OFFLINE-SLAVE']);
  });

  test('they wait for its answer, so long since it was asked for, and no longer', () => {
    const pending = { ...lost, messages: [asked('b', 'db_0', 'SLAVE', 'MASTER')] };
    const askedMs = [...(sketch(pending).waiting.get('db')?.get('db_0')?.get('b') ?? [])][0]?.message.createdMs ?? -1;
    expect(steps(plan(pending, {}, askedMs + holdBackMs - 1))).toEqual([]);
    expect(steps(plan(pending, {}, askedMs + holdBackMs))).toEqual(['d OFFLINE-SLAVE']);
    const answered = { ...lost, states: { db: { db_0: { b: 'MASTER' } } } };
    expect(steps(plan(answered))).toEqual(['d OFFLINE-SLAVE']);
  });

  test('the clock of who asked for it does not count where it is ahead', () => {
    const pending = { ...lost, messages: [asked('b', 'db_0', 'SLAVE', 'MASTER')] };
    expect(plan(pending, {}, 0).lookAgainMs).toBe(holdBackMs);
  });

  test('steps of replicas that are there already do not wait', () => {
    const two = [semiAuto('db', { db_0: ['a', 'b'], db_1: ['d', 'b'] })];
    const states = { db: { db_0: { a: 'MASTER', b: 'SLAVE' }, db_1: { b: 'MASTER', d: 'SLAVE' } } };
    expect(steps(plan({ ...lost, resources: two, states }))).toEqual(['b SLAVE-MASTER', 'b MASTER-SLAVE']);
  });
});

test('where all begins from nothing, nothing waits', () => {
  expect(steps(plan({ instances, resources }))).toEqual(['a OFFLINE-SLAVE', 'b OFFLINE-SLAVE', 'd OFFLINE-SLAVE']);
});
