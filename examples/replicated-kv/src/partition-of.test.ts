import { describe, expect, it } from 'vitest';
import { partitionName, partitionOf } from './partition-of.ts';

describe('partitionOf', () => {
  it('gives the published FNV-1a hash of an ASCII key', () => {
    expect(partitionOf('a', 2 ** 32)).toBe(0xe40c292c);
    expect(partitionOf('foobar', 2 ** 32)).toBe(0xbf9cf968);
  });

  it('uses every partition', () => {
    const used = new Set(Array.from({ length: 1_000 }, (_, index) => partitionOf(`line-${index}`, 48)));
    expect(used.size).toBe(48);
  });

  it('is named as Helix names partitions', () => expect(partitionName('kv', 7)).toBe('kv_7'));
});
