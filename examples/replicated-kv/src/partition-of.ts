/**
 * The number of the partition that holds `key`, in [0, partitions): FNV-1a over the UTF-16 code units, so that every client
 * and every worker comes to the same.
 */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

/** Names of all `count` partitions of a resource. */
export function partitionNames(resource: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => partitionName(resource, index));
}

/** Name of partition number `index` of a resource, as Helix names them. */
export function partitionName(resource: string, index: number): string {
  return `${resource}_${index}`;
}
