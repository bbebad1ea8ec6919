import type { MatrixWire, ReplicaEvent } from '../api/types.ts';

/** Index that means "no state": the replica is not there, or is not wanted. */
export const NO_STATE = 255;

/** The replicas of one partition, by instance index. A row is never changed: a change makes a new row. */
export interface MatrixRow {
  /** Index into `MatrixData.states`, or `NO_STATE`. */
  readonly states: Uint8Array;
  /** Index of the state the controller wants, or `NO_STATE`. */
  readonly wanted: Uint8Array;
  /** Wall milliseconds since when; 0 where unknown. */
  readonly sinceMs: Float64Array;
}

/** Every replica of one resource. Rows that did not change keep their identity, so a painter compares rows first. */
export interface MatrixData {
  readonly resource: string;
  readonly stateModel: string;
  /** By priority, the top state first. */
  readonly states: readonly string[];
  readonly instances: readonly string[];
  readonly partitions: readonly string[];
  /** One row for each partition, in the order of `partitions`. */
  readonly rows: readonly MatrixRow[];
  readonly partitionIndex: ReadonlyMap<string, number>;
  readonly instanceIndex: ReadonlyMap<string, number>;
}

/** Builds the matrix from the API's answer, keeping the rows of `previous` that say the same. */
export function matrixFromWire(wire: MatrixWire, previous?: MatrixData): MatrixData {
  const width = wire.instances.length;
  const rows = wire.partitions.map(() => emptyRow(width));
  for (const [partition, instance, state, sinceMs, wanted] of wire.cells) {
    const row = rows[partition];
    if (row !== undefined && instance >= 0 && instance < width) {
      row.states[instance] = stateOrNone(state);
      row.wanted[instance] = stateOrNone(wanted);
      row.sinceMs[instance] = sinceMs;
    }
  }
  const comparable = previous !== undefined && sameNames(previous, wire);
  return {
    resource: wire.resource,
    stateModel: wire.stateModel,
    states: comparable ? previous.states : wire.states,
    instances: comparable ? previous.instances : wire.instances,
    partitions: comparable ? previous.partitions : wire.partitions,
    rows: comparable ? rows.map((row, index) => keepIfEqual(previous.rows[index], row)) : rows,
    partitionIndex: comparable ? previous.partitionIndex : indexOf(wire.partitions),
    instanceIndex: comparable ? previous.instanceIndex : indexOf(wire.instances),
  };
}

/**
 * Applies state changes in their order. Returns the same matrix when none of them concerns it. A change of a partition,
 * instance or state that the matrix does not know is left out: `namesUnknown` tells the caller to read the matrix again.
 */
export function withReplicaChanges(matrix: MatrixData, changes: readonly ReplicaEvent[]): MatrixData {
  const changed = new Map<number, MatrixRow>();
  for (const change of changes) {
    const partition = matrix.partitionIndex.get(change.partition);
    const instance = matrix.instanceIndex.get(change.instance);
    const state = change.to === null ? NO_STATE : matrix.states.indexOf(change.to);
    if (change.resource !== matrix.resource || partition === undefined || instance === undefined || state < 0) {
      continue;
    }
    const row = changed.get(partition) ?? copyRow(matrix.rows[partition] ?? emptyRow(matrix.instances.length));
    row.states[instance] = state;
    row.sinceMs[instance] = change.atMs;
    changed.set(partition, row);
  }
  if (changed.size === 0) {
    return matrix;
  }
  return { ...matrix, rows: matrix.rows.map((row, index) => changed.get(index) ?? row) };
}

/** True when a change names a partition, instance or state that the matrix has no place for. */
export function namesUnknown(matrix: MatrixData, change: ReplicaEvent): boolean {
  return (
    change.resource === matrix.resource &&
    (!matrix.partitionIndex.has(change.partition) ||
      !matrix.instanceIndex.has(change.instance) ||
      (change.to !== null && !matrix.states.includes(change.to)))
  );
}

function stateOrNone(index: number): number {
  return index >= 0 && index < NO_STATE ? index : NO_STATE;
}

function emptyRow(width: number): MatrixRow {
  return {
    states: new Uint8Array(width).fill(NO_STATE),
    wanted: new Uint8Array(width).fill(NO_STATE),
    sinceMs: new Float64Array(width),
  };
}

function copyRow(row: MatrixRow): MatrixRow {
  return { states: row.states.slice(), wanted: row.wanted.slice(), sinceMs: row.sinceMs.slice() };
}

function keepIfEqual(before: MatrixRow | undefined, now: MatrixRow): MatrixRow {
  const equal =
    before !== undefined &&
    sameValues(before.states, now.states) &&
    sameValues(before.wanted, now.wanted) &&
    sameValues(before.sinceMs, now.sinceMs);
  return equal ? before : now;
}

function sameNames(matrix: MatrixData, wire: MatrixWire): boolean {
  return (
    matrix.resource === wire.resource &&
    sameValues(matrix.states, wire.states) &&
    sameValues(matrix.instances, wire.instances) &&
    sameValues(matrix.partitions, wire.partitions)
  );
}

function sameValues(left: ArrayLike<unknown>, right: ArrayLike<unknown>): boolean {
  if (left.length !== right.length) {
    return false;
  }
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) {
      return false;
    }
  }
  return true;
}

function indexOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}
