import { describe, expect, test } from 'vitest';
import { semiAuto, sketch } from '../../test-support/snapshot.ts';
import { Message } from '../model/message.ts';
import { clusterPaths } from '../model/paths.ts';
import { emptyRecord, withSimpleFields } from '../model/record.ts';
import { planCluster } from './plan-cluster.ts';
import { encodeWrite, intoBatches, type PlannedWrites, plannedWrites } from './planned-writes.ts';

const paths = clusterPaths('c');

function writesOf(snapshot: ReturnType<typeof sketch>): PlannedWrites {
  let ids = 0;
  const context = { controller: 'c0', session: '1', nowMs: 9, newId: () => `m${ids++}` };
  return plannedWrites(snapshot, planCluster(snapshot, 10_000), context);
}

const lists = { db_0: ['a', 'b'], db_1: ['b', 'a'] };

describe('planned writes', () => {
  test('messages first, those ahead that bring a MASTER nearer, then the view; histories apart, under their version', () => {
    const snapshot = sketch({ instances: ['a', 'b', 'd'], dead: ['d'], resources: [semiAuto('db', lists)] });
    const { urgent, main, guarded } = writesOf(snapshot);
    expect(urgent.map(({ path }) => path)).toEqual([paths.message('a', 'm0'), paths.message('b', 'm1')]);
    expect(main.map(({ path }) => path)).toEqual([
      paths.message('b', 'm2'),
      paths.message('a', 'm3'),
      paths.externalView('db'),
    ]);
    const [first] = urgent;
    const message = new Message(first?.record ?? emptyRecord(''));
    expect(message.isValid()).toBe(true);
    expect([message.sourceName, message.createdMs]).toEqual(['c0', 9]);
    expect(guarded).toMatchObject([{ path: paths.participantHistory('d'), expect: { version: 1 } }]);
  });

  test('promotions of partitions without a MASTER go ahead', () => {
    const states = { db: { db_0: { a: 'SLAVE', b: 'SLAVE' }, db_1: { a: 'SLAVE' } } };
    const snapshot = sketch({ instances: ['a', 'b'], resources: [semiAuto('db', lists)], states });
    const { urgent, main } = writesOf(snapshot);
    expect(urgent.map(({ record }) => new Message(record ?? emptyRecord('')).toState)).toEqual(['MASTER', 'MASTER']);
    expect(main.map(({ path }) => path.split('/')[2])).toEqual(['INSTANCES', 'EXTERNALVIEW']);
  });

  test('a bucketized view is written in parts, and parts that it has no more are deleted', () => {
    const ideal = semiAuto('db', lists).withSimple({ BUCKET_SIZE: '1' });
    const states = { db: { db_0: { a: 'MASTER' } } };
    const head = withSimpleFields(emptyRecord('db'), { BUCKET_SIZE: '1' });
    const path = paths.externalView('db');
    const extra = [[path, head] as const, [`${path}/db_p7-p7`, emptyRecord('db_p7-p7')] as const];
    const { main } = writesOf(sketch({ instances: ['a', 'b'], resources: [ideal], states, extra }));
    const views = main.filter((write) => write.path.startsWith(path));
    expect(views.map((write) => [write.path.slice(path.length), write.record === undefined])).toEqual([
      ['', false],
      ['/db_p0-p0', false],
      ['/db_p7-p7', true],
    ]);
    const gone = writesOf(sketch({ instances: ['a'], resources: [], extra })).main.map((write) => write.path);
    expect(gone).toEqual([`${path}/db_p7-p7`, path]);
  });

  test('batches keep to both limits and to the order', () => {
    const writes = Array.from({ length: 7 }, (_, index) => ({
      path: `/c/${index}`,
      record: emptyRecord(String(index)),
    }));
    const encoded = writes.map((write) => encodeWrite(write, 1_000));
    const size = encoded[0]?.sizeBytes ?? 0;
    expect(intoBatches(encoded, { operations: 3, bytes: 1_000_000 }).map((batch) => batch.length)).toEqual([3, 3, 1]);
    expect(intoBatches(encoded, { operations: 9, bytes: size * 2 }).map((batch) => batch.length)).toEqual([2, 2, 2, 1]);
    expect(intoBatches(encoded, { operations: 9, bytes: 1 }).flat()).toEqual(encoded);
    expect(() => encodeWrite({ path: '/c/x', record: emptyRecord('x') }, 10)).toThrow(
      expect.objectContaining({ code: 'E_TOO_LARGE' }),
    );
  });
});
