/** Rows of several lengths, one after the other: row i is `values[from[i]]` up to `values[from[i + 1]]`. */
export interface Rows<Values extends IntArray> {
  readonly from: Int32Array;
  readonly values: Values;
}

/** The arrays that rows are kept in. */
export type IntArray = Int32Array | Uint8Array | Int8Array;

/**
 * The rows that `source` names, in its order: row `source[i]` of `old` where that is 0 or more, else row `-1 - source[i]` of `fresh`.
 * Runs of old rows are copied as one.
 */
export function gatherRows<Values extends IntArray>(
  source: Int32Array,
  old: Rows<Values>,
  fresh: Rows<Values>,
  make: (length: number) => Values,
): Rows<Values> {
  const from = new Int32Array(source.length + 1);
  for (let i = 0; i < source.length; i++) {
    const row = source[i] as number;
    const rows = row < 0 ? fresh : old;
    const r = row < 0 ? -1 - row : row;
    from[i + 1] = (from[i] as number) + (rows.from[r + 1] as number) - (rows.from[r] as number);
  }
  const values = make(from[source.length] as number);
  for (let i = 0; i < source.length; ) {
    const row = source[i] as number;
    const end = endOfRun(source, i);
    const rows = row < 0 ? fresh : old;
    const r = row < 0 ? -1 - row : row;
    values.set(rows.values.subarray(rows.from[r], rows.from[r + end - i]), from[i]);
    i = end;
  }
  return { from, values };
}

/** The same for rows of `width` numbers each. */
export function gatherNumbers(source: Int32Array, width: number, old: Float64Array, fresh: Float64Array): Float64Array {
  const values = new Float64Array(source.length * width);
  for (let i = 0; i < source.length; ) {
    const row = source[i] as number;
    const end = endOfRun(source, i);
    const r = row < 0 ? -1 - row : row;
    values.set((row < 0 ? fresh : old).subarray(r * width, (r + end - i) * width), i * width);
    i = end;
  }
  return values;
}

/** Where the run of old rows that follow each other ends that starts at `i`; a fresh row is a run of its own. */
function endOfRun(source: Int32Array, i: number): number {
  let end = i + 1;
  if ((source[i] as number) < 0) return end;
  while (end < source.length && source[end] === (source[end - 1] as number) + 1) end += 1;
  return end;
}
