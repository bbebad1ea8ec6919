import { describe, expect, it } from 'vitest';
import { wireMatrix } from '../../test/matrix-fixture.ts';
import { matrixFromWire } from '../live/matrix-data.ts';
import { cellFacts, cellSentence, rowVersion, wantText } from './cell-facts.ts';
import { cellMatches, filterPartitions } from './matrix-filter.ts';

const MATRIX = matrixFromWire(
  wireMatrix(4, 3, [
    [0, 0, 0, 1_000, 0],
    [0, 1, 1, 1_000, 1],
    [1, 1, 1, 1_000, 0],
    [2, 2, 3, 1_000, 1],
    [3, 0, -1, 0, 0],
    [3, 1, 0, 1_000, -1],
  ]),
);

describe('filterPartitions', () => {
  it.each([
    [{}, [0, 1, 2, 3]],
    [{ state: 'MASTER' }, [0, 3]],
    [{ state: 'ERROR' }, [2]],
    [{ state: 'moving' }, [1, 2, 3]],
    [{ state: 'no-top' }, [1, 2]],
    [{ instance: 'w0' }, [0, 3]],
    [{ instance: 'w1', state: 'SLAVE' }, [0, 1]],
    [{ instance: 'gone' }, []],
    [{ text: ' KV_2 ' }, [2]],
  ])('%j leaves %j', (filter, expected) => {
    expect(filterPartitions(MATRIX, filter)).toEqual(expected);
  });

  it('draws the other replicas of a partition faintly', () => {
    const row = MATRIX.rows[0];
    expect(row && [0, 1].map((instance) => cellMatches(MATRIX, row, instance, 'SLAVE'))).toEqual([false, true]);
  });
});

describe('what is said about a cell', () => {
  const textOf = (partition: number, instance: number): string | undefined => {
    const facts = cellFacts(MATRIX, partition, instance);
    return facts && wantText(facts);
  };

  it('tells what is wanted only where it is not so', () => {
    expect(textOf(0, 0)).toBeUndefined();
    expect(textOf(1, 1)).toBe('wanted as MASTER');
    expect(textOf(3, 0)).toBe('wanted here as MASTER, not there yet');
    expect(textOf(3, 1)).toBe('to be dropped');
  });

  it('is one sentence', () => {
    const facts = cellFacts(MATRIX, 1, 1);
    expect(facts && cellSentence(facts, 4_000)).toMatch(/^kv_1 on w1: SLAVE, wanted as MASTER, since .*\(3\.0 s\)$/);
  });

  it('has a version that changes with the partition, and with no other', () => {
    expect(rowVersion(MATRIX, 0)).not.toBe(rowVersion(MATRIX, 1));
    expect(cellFacts(MATRIX, 0, 0)?.version).toBe(cellFacts(MATRIX, 0, 2)?.version);
    expect(cellFacts(MATRIX, 9, 0)).toBeUndefined();
  });
});
