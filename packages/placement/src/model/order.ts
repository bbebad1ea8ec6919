/**
 * The positions of `items` in the order of their names, by UTF-16 code units; `undefined` where they stand in that order already,
 * which costs one comparison per item. Equal names keep their order.
 */
export function orderByName(items: readonly { readonly name: string }[]): Int32Array | undefined {
  if (isInOrder(items)) return undefined;
  const names = items.map((item) => item.name);
  const order = Array.from(names, (_, index) => index);
  order.sort((a, b) => compareNames(names[a] ?? '', names[b] ?? '') || a - b);
  return Int32Array.from(order);
}

/** Negative, 0 or positive as `a` stands before, beside or after `b`. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isInOrder(items: readonly { readonly name: string }[]): boolean {
  let before: string | undefined;
  for (const item of items) {
    if (before !== undefined && item.name < before) return false;
    before = item.name;
  }
  return true;
}
