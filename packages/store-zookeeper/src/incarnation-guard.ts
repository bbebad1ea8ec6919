import { lastSegment, type StorePath } from '@keelson/store';
import type { MultiOperation, Stat } from '@keelson/zookeeper-client';
import { GUARD_NAME } from './entry.ts';
import { parentOf } from './tree-view.ts';

const NOTHING = new Uint8Array();

/** Ten digits at the end: a name that the sequence of its parent gave, and gives only once. */
const SEQUENTIAL = /\d{10}$/;

/** Whether names like this are given by a sequence. */
export const isSequential = (path: StorePath): boolean => SEQUENTIAL.test(path);

/** Whether the node is one that guards an incarnation. */
export const isGuard = (path: StorePath): boolean => lastSegment(path).startsWith(GUARD_NAME);

/** Whether a check of the version alone shows that a node is the same incarnation: names given by a sequence do not come back. */
export function versionTellsIncarnation(path: StorePath, stat: Pick<Stat, 'ephemeralOwner'>): boolean {
  return stat.ephemeralOwner !== 0n && isSequential(path);
}

/** How many children a node has had created so far: the number that the next sequential child gets. */
export function childrenCreated(parent: Pick<Stat, 'cversion' | 'numChildren'>): number {
  // The child version counts creations and deletions; their difference is the number of children.
  return (parent.cversion + parent.numChildren) / 2;
}

/**
 * Steps that hold exactly when no child of `path`'s parent was created since `parent` was read; so a node there that was read
 * after it, and still exists, is the same incarnation. ZooKeeper can compare versions only, and a node that was deleted and
 * created again may have the version it had before. The steps create a sequential child and delete it by the name it must have got:
 * any other creation in between gives it another number, the deletion fails, and the whole transaction with it.
 */
export function incarnationGuard(path: StorePath, parent: Pick<Stat, 'cversion' | 'numChildren'>): MultiOperation[] {
  const above = parentOf(path);
  const guard = `${above === '/' ? '' : above}/${GUARD_NAME}`;
  const number = String(childrenCreated(parent)).padStart(10, '0');
  return [
    { type: 'create', path: guard, data: NOTHING, mode: 'persistent-sequential' },
    { type: 'delete', path: guard + number },
  ];
}
