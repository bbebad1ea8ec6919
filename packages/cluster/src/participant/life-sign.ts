import type { CallOptions } from '@keelson/runtime';
import type { Comparison, Operation, OperationResult, Revision, Store, StorePath } from '@keelson/store';

/** Where an instance shows that it is live: its live instance, and the history to which whoever comes alive adds a line in the same step. */
export interface LifeSignPaths {
  readonly live: StorePath;
  readonly history: StorePath;
}

/**
 * What shows that a membership is still the one that counts. The live instance is there, and nobody has written to the history since: so nobody has
 * come alive since. Both are versions, which every engine compares without reading first; the incarnation of the live instance, on ZooKeeper,
 * takes a reading, and a comparison that holds only while no other instance of the cluster writes.
 */
export interface LifeSign {
  readonly paths: LifeSignPaths;
  /** Who holds the live instance. */
  readonly owner: string | undefined;
  /** The revision that created it: other writers of the two entries change their versions, not this. */
  readonly createRevision: Revision;
  readonly liveVersion: number;
  readonly historyVersion: number;
}

/** What a write must compare, for it to be refused once the membership is over. */
export function signComparisons({ paths, liveVersion, historyVersion }: LifeSign): readonly Comparison[] {
  return [
    { path: paths.live, version: liveVersion },
    { path: paths.history, version: historyVersion },
  ];
}

/** Reads what {@link signIn} needs, as operations of a transaction. */
export const signReads = ({ live, history }: LifeSignPaths): readonly Operation[] => [
  { type: 'get', path: live },
  { type: 'get', path: history },
];

/** The sign of whoever is live, from the results of {@link signReads}; `undefined` where nobody is. */
export function signIn(paths: LifeSignPaths, results: readonly OperationResult[]): LifeSign | undefined {
  const [live, history] = results.map((result) => (result.type === 'get' ? result.entry : undefined));
  if (live === undefined) return undefined;
  const { owner, createRevision, version } = live;
  return { paths, owner, createRevision, liveVersion: version, historyVersion: history?.version ?? 0 };
}

/** Reads the sign of whoever is live, both entries as of one moment. */
export async function readLifeSign(
  store: Store,
  paths: LifeSignPaths,
  options: CallOptions,
): Promise<LifeSign | undefined> {
  const { results } = await store.transact({ then: signReads(paths) }, options);
  return signIn(paths, results);
}
