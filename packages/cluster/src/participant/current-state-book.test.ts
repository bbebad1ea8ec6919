import type { Operation } from '@keelson/store';
import { describe, expect, test } from 'vitest';
import { CurrentState, clusterPaths, decodeRecord } from '../model/index.ts';
import { CurrentStateBook } from './current-state-book.ts';

const ROOT = '/c/INSTANCES/a_1/CURRENTSTATES/s1';
const head = { resource: 'db', stateModel: 'MasterSlave', stateModelFactory: 'DEFAULT', bucketSize: 0 };
const book = (): CurrentStateBook => new CurrentStateBook(clusterPaths('c'), 'a_1', 's1');
const delta = (
  partition: string,
  state?: string,
): { resource: string; partition: string; fields: { CURRENT_STATE: string } | undefined } => ({
  resource: 'db',
  partition,
  fields: state === undefined ? undefined : { CURRENT_STATE: state },
});

/** `path: partition=STATE …` per write, `path: gone` per deletion. */
function shown(operations: readonly Operation[]): readonly string[] {
  return operations.map((operation) => {
    const path = operation.path.slice(ROOT.length + 1);
    if (operation.type !== 'put') return `${path}: gone`;
    const record = decodeRecord(operation.value);
    const state = record === undefined ? undefined : new CurrentState(record);
    return `${path}: ${state?.partitions.map((name) => `${name}=${state.stateOf(name)}`).join(' ')}`;
  });
}

describe('the book of current states', () => {
  test('creates a resource once, without replicas', () => {
    const current = book();
    expect(shown(current.ensure(head))).toEqual(['db: ']);
    expect(current.ensure(head)).toEqual([]);
  });

  test('writes one record for all replicas of a resource that changed', () => {
    const current = book();
    current.ensure(head);
    expect(shown(current.apply([delta('db_0', 'SLAVE'), delta('db_1', 'SLAVE')]))).toEqual([
      'db: db_0=SLAVE db_1=SLAVE',
    ]);
    expect(shown(current.apply([delta('db_1', 'MASTER')]))).toEqual(['db: db_0=SLAVE db_1=MASTER']);
  });

  test('the last of two changes to a replica counts', () => {
    const current = book();
    current.ensure(head);
    expect(shown(current.apply([delta('db_0', 'SLAVE'), delta('db_0', 'MASTER')]))).toEqual(['db: db_0=MASTER']);
  });

  test('a resource without replicas loses its record, and gets a new one later', () => {
    const current = book();
    current.ensure(head);
    current.apply([delta('db_0', 'SLAVE')]);
    expect(shown(current.apply([delta('db_0')]))).toEqual(['db: gone']);
    expect(shown(current.ensure(head))).toEqual(['db: ']);
  });

  test('writes only the buckets touched, and deletes a bucket before the last', () => {
    const current = book();
    expect(shown(current.ensure({ ...head, bucketSize: 4 }))).toEqual(['db: ']);
    expect(shown(current.apply([delta('db_1', 'SLAVE'), delta('db_5', 'SLAVE')]))).toEqual([
      'db/db_p0-p3: db_1=SLAVE',
      'db/db_p4-p7: db_5=SLAVE',
    ]);
    expect(shown(current.apply([delta('db_5')]))).toEqual(['db/db_p4-p7: gone']);
    expect(shown(current.apply([delta('db_1')]))).toEqual(['db/db_p0-p3: gone', 'db: gone']);
  });
});
