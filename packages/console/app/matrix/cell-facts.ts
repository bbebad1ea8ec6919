import { type MatrixData, NO_STATE } from '../live/matrix-data.ts';
import { formatSince } from '../ui/format.ts';

/** What there is to say about one cell without asking the server. */
export interface CellFacts {
  readonly partition: string;
  readonly instance: string;
  /** Undefined: no replica here. */
  readonly state: string | undefined;
  /** Undefined: none wanted here. */
  readonly wanted: string | undefined;
  readonly sinceMs: number;
  /** Changes with the partition's states: an explanation asked for another version may be out of date. */
  readonly version: string;
}

/** Reads a cell by its indexes; undefined beside the matrix. */
export function cellFacts(matrix: MatrixData, partition: number, instance: number): CellFacts | undefined {
  const row = matrix.rows[partition];
  const [partitionName, instanceName] = [matrix.partitions[partition], matrix.instances[instance]];
  if (row === undefined || partitionName === undefined || instanceName === undefined) {
    return undefined;
  }
  return {
    partition: partitionName,
    instance: instanceName,
    state: matrix.states[row.states[instance] ?? NO_STATE],
    wanted: matrix.states[row.wanted[instance] ?? NO_STATE],
    sinceMs: row.sinceMs[instance] ?? 0,
    version: rowVersion(matrix, partition),
  };
}

/** A text that is the same as long as the states, wanted or not, of a partition are. */
export function rowVersion(matrix: MatrixData, partition: number): string {
  const row = matrix.rows[partition];
  return row === undefined ? '' : `${row.states.join()}/${row.wanted.join()}`;
}

/** What is wanted of a replica, where it is not so yet: `wanted as MASTER`; undefined where all is as wanted. */
export function wantText({ state, wanted }: Pick<CellFacts, 'state' | 'wanted'>): string | undefined {
  if (state === wanted) {
    return undefined;
  }
  if (wanted === undefined) {
    return 'to be dropped';
  }
  return state === undefined ? `wanted here as ${wanted}, not there yet` : `wanted as ${wanted}`;
}

/** One cell as a sentence, for screen readers. */
export function cellSentence(facts: CellFacts, nowMs: number): string {
  const what = facts.state ?? 'no replica';
  const since = facts.state === undefined ? undefined : formatSince(facts.sinceMs, nowMs);
  const parts = [what, wantText(facts), since].filter((part) => part !== undefined);
  return `${facts.partition} on ${facts.instance}: ${parts.join(', ')}`;
}
