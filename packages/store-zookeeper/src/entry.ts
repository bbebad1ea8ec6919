import { type Entry, isPath, type StorePath, type Written } from '@keelson/store';
import type { FoundVersion } from '@keelson/store/driver';
import { type NodeData, type Stat, sessionOwner } from '@keelson/zookeeper-client';

/** A session id as the port, and Helix, write it: lower-case hex of its 64 bits. */
export function ownerOfSession(sessionId: bigint): string {
  return BigInt.asUintN(64, sessionId).toString(16);
}

/** The port's view of a node. */
export function entryOf(path: StorePath, { data, stat }: NodeData): Entry {
  const owner = sessionOwner(stat);
  const entry = {
    path,
    value: data,
    createRevision: stat.czxid,
    modifyRevision: stat.mzxid,
    version: stat.version + 1,
  };
  return owner === undefined ? entry : { ...entry, owner: ownerOfSession(owner) };
}

/** What a write of a node's data made. */
export function writtenBy(path: StorePath, stat: Stat): Written {
  return { path, revision: stat.mzxid, version: stat.version + 1, createRevision: stat.czxid };
}

/** What the creation of a node in transaction `zxid` made. */
export function createdBy(path: StorePath, zxid: bigint): Written {
  return { path, revision: zxid, version: 1, createRevision: zxid };
}

/** A node as expectations see it. */
export function foundVersion(stat: Stat | undefined): FoundVersion | undefined {
  return stat && { version: stat.version + 1, createRevision: stat.czxid, modRevision: stat.mzxid };
}

/** Name of the nodes that guard an incarnation (see `incarnation-guard.ts`); they never outlive their transaction. */
export const GUARD_NAME = '.keelson-guard-';

/** Whether a child is an entry of the port: not ZooKeeper's own tree, and of a name the port allows. */
export function isEntryName(parent: StorePath, name: string, chrooted: boolean): boolean {
  if (name.startsWith(GUARD_NAME)) return false;
  if (parent === '/' && name === 'zookeeper' && !chrooted) return false;
  return isPath(parent === '/' ? `/${name}` : `${parent}/${name}`);
}
