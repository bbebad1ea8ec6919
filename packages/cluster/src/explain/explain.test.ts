import { describe, expect, test } from 'vitest';
import { asked, fullAuto, SKETCH_SINCE_MS, semiAuto, sketch } from '../../test-support/snapshot.ts';
import { clusterPaths } from '../model/paths.ts';
import { emptyRecord } from '../model/record.ts';
import { explain } from './explain.ts';

const instances = ['a', 'b', 'd'];
const resources = [semiAuto('db', { db_0: ['a', 'b'] })];

describe('explain', () => {
  test('a settled partition: where, since when, why, and why not elsewhere', () => {
    const states = { db: { db_0: { a: 'MASTER', b: 'SLAVE' } } };
    expect(explain(sketch({ instances, resources, states }), 'db', 'db_0')).toMatchObject({
      topStateMissing: false,
      replicas: [
        { instance: 'a', state: 'MASTER', wanted: 'MASTER', sinceMs: SKETCH_SINCE_MS, reason: { code: 'PREFERRED' } },
        { instance: 'b', state: 'SLAVE', wanted: 'SLAVE', waitingFor: undefined },
      ],
      notHere: [{ instance: 'd', reason: { code: 'NOT_IN_LIST' } }],
    });
  });

  test('a hand-over: who waits for whom, and since when', () => {
    const states = { db: { db_0: { a: 'SLAVE', b: 'MASTER' } } };
    const messages = [asked('b', 'db_0', 'MASTER', 'SLAVE')];
    const explained = explain(sketch({ instances, resources, states, messages }), 'db', 'db_0');
    expect(explained?.replicas).toMatchObject([
      {
        instance: 'b',
        waitingFor: { code: 'TRANSITION_PENDING' },
        pending: { id: 'm1', from: 'MASTER', to: 'SLAVE', sinceMs: 5 },
      },
      { instance: 'a', wanted: 'MASTER', waitingFor: { code: 'STATE_COUNT_FULL' } },
    ]);
    expect(explained?.replicas[1]?.waitingFor?.text).toContain('b was asked to leave it');
  });

  test('what is lost, disabled, in error or not yet asked for', () => {
    const states = { db: { db_0: { a: 'ERROR' } } };
    const snapshot = sketch({
      instances: [...instances, 'e'],
      dead: ['d'],
      resources,
      states,
      configs: (config) => (config.instance === 'e' ? config.withEnabled(false, 1) : config),
    });
    expect(explain(snapshot, 'db', 'db_0')).toMatchObject({
      topStateMissing: true,
      replicas: [
        { instance: 'b', state: undefined, wanted: 'MASTER', waitingFor: { code: 'NOT_YET_ASKED' } },
        { instance: 'a', state: 'ERROR', wanted: 'ERROR', reason: { code: 'IN_ERROR' } },
      ],
      notHere: [
        { instance: 'd', reason: { code: 'NOT_LIVE' } },
        { instance: 'e', reason: { code: 'INSTANCE_DISABLED' } },
      ],
    });
  });

  test('placement: enough elsewhere, a tag that is missing, a pause', () => {
    const placed = explain(sketch({ instances, resources: [fullAuto('db', 1, 2)] }), 'db', 'db_0');
    expect(placed?.notHere).toMatchObject([{ reason: { code: 'ENOUGH_REPLICAS' } }]);
    const tagged = [fullAuto('db', 1, 2).withSimple({ INSTANCE_GROUP_TAG: 'ssd' })];
    const untagged = explain(sketch({ instances, resources: tagged }), 'db', 'db_0');
    expect(new Set(untagged?.notHere.map(({ reason }) => reason.code))).toEqual(new Set(['TAG_MISSING']));
    const extra = [[clusterPaths('c').pause, emptyRecord('pause')] as const];
    const paused = explain(sketch({ instances, resources, extra }), 'db', 'db_0');
    expect(paused?.replicas.map(({ waitingFor }) => waitingFor?.code)).toEqual(['PAUSED', 'PAUSED']);
  });

  test('a resource that cannot be decided about, and what does not exist', () => {
    const bad = [semiAuto('db', { db_0: ['a'] }).withSimple({ STATE_MODEL_DEF_REF: 'Nope' })];
    const states = { db: { db_0: { a: 'MASTER' } } };
    const snapshot = sketch({ instances, resources: bad, states });
    expect(explain(snapshot, 'db', 'db_0')).toMatchObject({
      fault: { code: 'RESOURCE_UNUSABLE' },
      replicas: [{ instance: 'a', state: 'MASTER' }],
    });
    expect(explain(snapshot, 'none', 'db_0')).toBeUndefined();
    expect(explain(sketch({ instances, resources }), 'db', 'db_7')).toBeUndefined();
  });
});
