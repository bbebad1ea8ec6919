import { joinPath, type StorePath } from '@keelson/store';

/** Where the recipes live unless they are told otherwise. */
export const DEFAULT_ROOT = '/coordination';

/** The kinds of queues of the layout. */
export type QueueKind = 'locks' | 'semaphores' | 'elections';

/**
 * The paths of the layout (docs/reference/coordination-layout.md). Every function throws `E_INVALID_PATH` for a name that is no
 * single segment, so that a name from outside cannot reach another part of the tree.
 */
export interface Layout {
  readonly root: StorePath;
  /** All queues of a kind. */
  all(kind: QueueKind): StorePath;
  /** One lock, semaphore or election. */
  base(kind: QueueKind, name: string): StorePath;
  /** Its queue. */
  queue(kind: QueueKind, name: string): StorePath;
  /** Who broke it last. */
  broken(kind: QueueKind, name: string): StorePath;
  /** The count of leaders of an election. */
  term(name: string): StorePath;
  /** All groups. */
  readonly groups: StorePath;
  /** The members of a group. */
  members(group: string): StorePath;
  /** The heartbeats of a group. */
  heartbeats(group: string): StorePath;
  /** A barrier. */
  barrier(name: string): StorePath;
  /** All topics. */
  readonly topics: StorePath;
  /** A topic of the event log. */
  topic(name: string): StorePath;
}

/** The layout below `root`. */
export function layoutBelow(root: StorePath = DEFAULT_ROOT): Layout {
  const base = (kind: QueueKind, name: string): StorePath => joinPath(root, kind, name);
  return {
    root: joinPath(root),
    all: (kind) => joinPath(root, kind),
    base,
    queue: (kind, name) => joinPath(base(kind, name), 'queue'),
    broken: (kind, name) => joinPath(base(kind, name), 'broken'),
    term: (name) => joinPath(base('elections', name), 'term'),
    groups: joinPath(root, 'groups'),
    members: (group) => joinPath(root, 'groups', group, 'members'),
    heartbeats: (group) => joinPath(root, 'groups', group, 'heartbeats'),
    barrier: (name) => joinPath(root, 'barriers', name),
    topics: joinPath(root, 'events'),
    topic: (name) => joinPath(root, 'events', name),
  };
}
