/**
 * Names without what they all begin with, where that ends at a separator: `kv_0`, `kv_1` become `0`, `1`. A single name
 * stays whole.
 */
export function shortNames(names: readonly string[]): readonly string[] {
  const prefix = commonPrefix(names);
  return prefix.length === 0 ? names : names.map((name) => name.slice(prefix.length));
}

function commonPrefix(names: readonly string[]): string {
  const [first, ...others] = names;
  if (first === undefined || others.length === 0) {
    return '';
  }
  let length = first.length;
  for (const name of others) {
    while (!name.startsWith(first.slice(0, length))) {
      length -= 1;
    }
  }
  return /^.*[_\-./:]/.exec(first.slice(0, length))?.[0] ?? '';
}
