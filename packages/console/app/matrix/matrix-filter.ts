import { type MatrixData, type MatrixRow, NO_STATE } from '../live/matrix-data.ts';

/** What to show of a matrix. Everything, when all fields are undefined. */
export interface MatrixFilter {
  /** A state's name, `moving` (not yet as wanted), or `no-top` (partitions without a replica in the top state). */
  readonly state?: string | undefined;
  /** Partitions with a replica on this instance. */
  readonly instance?: string | undefined;
  /** Part of a partition's name, case ignored. */
  readonly text?: string | undefined;
}

/** Indexes of the partitions that pass a filter, in order. */
export function filterPartitions(matrix: MatrixData, filter: MatrixFilter): readonly number[] {
  const text = filter.text?.trim().toLowerCase() ?? '';
  const instance = filter.instance === undefined ? undefined : (matrix.instanceIndex.get(filter.instance) ?? -1);
  const passes = (row: MatrixRow, name: string): boolean =>
    (text === '' || name.toLowerCase().includes(text)) &&
    (instance === undefined || hasReplica(row, instance)) &&
    (filter.state === undefined || rowMatches(matrix, row, filter.state, instance));
  const kept: number[] = [];
  matrix.rows.forEach((row, index) => {
    if (passes(row, matrix.partitions[index] ?? '')) {
      kept.push(index);
    }
  });
  return kept;
}

/** True when the cell itself is what the filter asks for; the others of its partition are drawn faintly. */
export function cellMatches(matrix: MatrixData, row: MatrixRow, instance: number, state: string | undefined): boolean {
  if (state === undefined || state === 'no-top') {
    return true;
  }
  if (state === 'moving') {
    return row.states[instance] !== row.wanted[instance];
  }
  return row.states[instance] === matrix.states.indexOf(state);
}

function rowMatches(matrix: MatrixData, row: MatrixRow, state: string, instance: number | undefined): boolean {
  if (state === 'no-top') {
    return !row.states.includes(0);
  }
  if (instance !== undefined) {
    return cellMatches(matrix, row, instance, state);
  }
  return row.states.some((_, index) => cellMatches(matrix, row, index, state));
}

function hasReplica(row: MatrixRow, instance: number): boolean {
  return (row.states[instance] ?? NO_STATE) !== NO_STATE || (row.wanted[instance] ?? NO_STATE) !== NO_STATE;
}
