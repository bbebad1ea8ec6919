import { describe, expect, it } from 'vitest';
import { replicaEvent, wireMatrix } from '../../test/matrix-fixture.ts';
import { matrixFromWire, NO_STATE, namesUnknown, withReplicaChanges } from './matrix-data.ts';

const WIRE = wireMatrix(3, 2, [
  [0, 0, 0, 100, 0],
  [0, 1, 1, 101, 1],
  [1, 1, -1, 0, 0],
  [2, 0, 2, 50, -1],
]);

describe('matrixFromWire', () => {
  it('places states, wanted states and times, and leaves the rest empty', () => {
    const { rows } = matrixFromWire(WIRE);
    expect([...(rows[0]?.states ?? [])]).toEqual([0, 1]);
    expect([...(rows[0]?.sinceMs ?? [])]).toEqual([100, 101]);
    expect([...(rows[1]?.states ?? []), ...(rows[1]?.wanted ?? [])]).toEqual([NO_STATE, NO_STATE, NO_STATE, 0]);
    expect(rows[2]?.wanted[0]).toBe(NO_STATE);
  });

  it('keeps rows and lists that say the same, so that nothing is drawn twice', () => {
    const before = matrixFromWire(WIRE);
    const after = matrixFromWire({ ...WIRE, cells: [...WIRE.cells, [2, 1, 1, 60, 1]] }, before);
    expect(after.rows[0]).toBe(before.rows[0]);
    expect(after.rows[1]).toBe(before.rows[1]);
    expect(after.rows[2]).not.toBe(before.rows[2]);
    expect(after.states).toBe(before.states);
  });

  it('begins anew when the lists differ', () => {
    const before = matrixFromWire(WIRE);
    const after = matrixFromWire(wireMatrix(3, 3, []), before);
    expect(after.instances).toHaveLength(3);
    expect(after.rows[0]?.states).toHaveLength(3);
  });

  it('ignores cells beside the lists', () => {
    const { rows } = matrixFromWire(
      wireMatrix(1, 1, [
        [5, 0, 0, 1, 0],
        [0, 9, 0, 1, 0],
      ]),
    );
    expect([...(rows[0]?.states ?? [])]).toEqual([NO_STATE]);
  });
});

describe('withReplicaChanges', () => {
  it('applies changes in order and touches no other row, nor the matrix it was given', () => {
    const before = matrixFromWire(WIRE);
    const after = withReplicaChanges(before, [replicaEvent(200, 0, 1, 'OFFLINE'), replicaEvent(201, 0, 1, 'MASTER')]);
    expect(after.rows[0]?.states[1]).toBe(0);
    expect(after.rows[0]?.sinceMs[1]).toBe(201);
    expect(after.rows[1]).toBe(before.rows[1]);
    expect(before.rows[0]?.states[1]).toBe(1);
  });

  it('clears the cell of a replica that is gone', () => {
    expect(withReplicaChanges(matrixFromWire(WIRE), [replicaEvent(200, 0, 0, null)]).rows[0]?.states[0]).toBe(NO_STATE);
  });

  it('is the same matrix when nothing concerns it, and names what it has no place for', () => {
    const matrix = matrixFromWire(WIRE);
    const foreign = { ...replicaEvent(200, 0, 0, 'MASTER'), resource: 'other' };
    const unknown = [
      replicaEvent(201, 9, 0, 'MASTER'),
      replicaEvent(202, 0, 9, 'MASTER'),
      replicaEvent(203, 0, 0, 'NEW'),
    ];
    expect(withReplicaChanges(matrix, [foreign, ...unknown])).toBe(matrix);
    expect(namesUnknown(matrix, foreign)).toBe(false);
    expect(unknown.map((event) => namesUnknown(matrix, event))).toEqual([true, true, true]);
  });
});
