/** Nodes in groups: those of group g are `node[from[g]]` to before `node[from[g + 1]]`, ascending. */
export interface NodeGroups {
  readonly count: number;
  readonly from: Int32Array;
  readonly node: Int32Array;
}

/** Groups by `groupOf`: [n] index of its group. */
export function nodeGroups(groupOf: Int32Array): NodeGroups {
  let count = 0;
  for (const group of groupOf) count = Math.max(count, group + 1);
  const from = new Int32Array(count + 1);
  for (const group of groupOf) from[group + 1] = (from[group + 1] as number) + 1;
  for (let g = 0; g < count; g++) from[g + 1] = (from[g + 1] as number) + (from[g] as number);
  const next = from.slice();
  const node = new Int32Array(groupOf.length);
  groupOf.forEach((group, n) => {
    node[next[group] as number] = n;
    next[group] = (next[group] as number) + 1;
  });
  return { count, from, node };
}
