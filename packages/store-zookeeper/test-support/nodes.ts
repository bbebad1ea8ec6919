import type { Stat } from '@keelson/zookeeper-client';
import type { SeenNode } from '../src/tree-view.ts';

const EMPTY: Stat = {
  czxid: 1n,
  mzxid: 1n,
  pzxid: 1n,
  ctimeMs: 0,
  mtimeMs: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  dataLength: 0,
  numChildren: 0,
};

/** Metadata of a node, where it matters. */
export const stat = (fields: Partial<Stat> = {}): Stat => ({ ...EMPTY, ...fields });

/** A node as it was read. */
export const node = (fields: Partial<Stat> = {}): SeenNode => ({ data: new Uint8Array(), stat: stat(fields) });
