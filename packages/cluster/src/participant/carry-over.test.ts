import type { Entry } from '@keelson/store';
import { describe, expect, test } from 'vitest';
import { readRecording } from '../../test-support/recording.ts';
import {
  clusterPaths,
  decodeRecord,
  emptyRecord,
  encodeRecord,
  withMapFields,
  withSimpleFields,
  type ZNRecord,
} from '../model/index.ts';
import { carryOver } from './carry-over.ts';

const ROOT = '/c/INSTANCES/a_1/CURRENTSTATES';
const entry = (path: string, value: Uint8Array): Entry => ({
  path,
  value,
  createRevision: 1n,
  modifyRevision: 1n,
  version: 1,
});
const known = (model: string): string | undefined => (model === 'Own' ? 'BEGIN' : undefined);
const paths = clusterPaths('c');

function state(session: string, resource: string, model: string, partitions: readonly string[]): ZNRecord {
  const record = withSimpleFields(emptyRecord(resource), { SESSION_ID: session, STATE_MODEL_DEF: model });
  return withMapFields(
    record,
    Object.fromEntries(partitions.map((name) => [name, { CURRENT_STATE: 'MASTER', INFO: 'x' }])),
  );
}

describe('carrying over', () => {
  test('what a killed Helix participant left, as Helix does when it comes back', () => {
    const writes = [...readRecording('failover')].filter((line) => line.kind === 'write');
    const before = writes.findLast(
      ({ path, value }) => path.endsWith('/b_2/CURRENTSTATES/100006fbc07000d/db') && value.length > 0,
    );
    const expected = writes.find(({ path }) => path.endsWith('/b_2/CURRENTSTATES/100006fbc070015/db'));
    if (before === undefined || expected === undefined) throw new Error('the recording has changed');
    const { operations } = carryOver(clusterPaths('FAILOVER'), 'b_2', '100006fbc070015', {
      entries: [entry(before.path, before.value)],
      initialState: known,
    });
    expect(operations.map(({ type, path }) => [type, path])).toEqual([
      ['put', expected.path],
      ['delete', before.path],
    ]);
    const [put] = operations;
    expect(put?.type === 'put' ? decodeRecord(put.value) : undefined).toEqual(decodeRecord(expected.value));
  });

  test('takes replicas of all earlier sessions and of own models, never tasks or models nobody knows', () => {
    const { states, operations } = carryOver(paths, 'a_1', 's3', {
      entries: [
        entry(`${ROOT}/s1/db`, encodeRecord(state('s1', 'db', 'Own', ['db_0']))),
        entry(`${ROOT}/s2/db`, encodeRecord(state('s2', 'db', 'Own', ['db_1']))),
        entry(`${ROOT}/s2/job`, encodeRecord(state('s2', 'job', 'Task', ['job_0']))),
        entry(`${ROOT}/s2/odd`, encodeRecord(state('s2', 'odd', 'Nobody', ['odd_0']))),
        entry(`${ROOT}/s2/bad`, new TextEncoder().encode('no record')),
      ],
      initialState: known,
    });
    expect(states.map(({ resource, record }) => [resource, record.mapFields])).toEqual([
      ['db', { db_0: { CURRENT_STATE: 'BEGIN' }, db_1: { CURRENT_STATE: 'BEGIN' } }],
    ]);
    expect(
      operations
        .filter(({ type }) => type === 'delete')
        .map(({ path }) => path)
        .sort(),
    ).toEqual([`${ROOT}/s1/db`, `${ROOT}/s2/bad`, `${ROOT}/s2/db`, `${ROOT}/s2/job`, `${ROOT}/s2/odd`].sort());
  });

  test('keeps buckets, and deletes children before parents', () => {
    const simple = withSimpleFields(state('s1', 'db', 'Own', []), { BUCKET_SIZE: '4' });
    const bucket = withMapFields(simple, { db_5: { CURRENT_STATE: 'MASTER' } });
    const { operations } = carryOver(paths, 'a_1', 's2', {
      entries: [entry(`${ROOT}/s1/db`, encodeRecord(simple)), entry(`${ROOT}/s1/db/db_p4-p7`, encodeRecord(bucket))],
      initialState: known,
    });
    expect(operations.map(({ type, path }) => `${type} ${path.slice(ROOT.length)}`)).toEqual([
      'put /s2/db',
      'put /s2/db/db_p4-p7',
      'delete /s1/db/db_p4-p7',
      'delete /s1/db',
    ]);
  });

  test('leaves what the session itself wrote', () => {
    const own = entry(`${ROOT}/s2/db`, encodeRecord(state('s2', 'db', 'Own', ['db_0'])));
    expect(carryOver(paths, 'a_1', 's2', { entries: [own], initialState: known })).toEqual({
      states: [],
      operations: [],
    });
  });
});
