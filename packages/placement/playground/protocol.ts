import type { Settings } from './settings.ts';

/** What a node may be made. */
export type NodeFate = 'live' | 'draining' | 'offline';

/** What the page asks of the worker. Answers come in the same order. */
export type Request =
  /** Declare a cluster and place everything. */
  | { readonly type: 'build'; readonly settings: Settings }
  /** Change it, and move what has to. */
  | { readonly type: 'fate'; readonly node: string; readonly fate: NodeFate }
  | { readonly type: 'nodes'; readonly count: number }
  | { readonly type: 'tolerance'; readonly percent: number }
  /** Solve the first placement over and over, or stop that. */
  | { readonly type: 'measure'; readonly on: boolean };

/** One node as it stands. */
export interface NodeView {
  readonly name: string;
  readonly zone: string;
  readonly state: NodeFate;
  readonly replicas: number;
  readonly leaders: number;
  /** Load over its mean among the live nodes, in the dimension where that is largest. */
  readonly load: number;
  /** The same where it is smallest. */
  readonly least: number;
  /** Replicas that came with the last change. */
  readonly arrived: number;
}

/** What a change came to. */
export interface Figures {
  /** What happened, for people. */
  readonly what: string;
  readonly first: boolean;
  readonly moves: number;
  /** The fewest copies that any answer as even as asked must make. */
  readonly bound: number;
  readonly leaderChanges: number;
  readonly unplaced: number;
  /** The fullest live node over the mean, in the worst dimension. */
  readonly maxOverMean: number;
  readonly leadersMaxOverMean: number;
  readonly ms: number;
}

/** What the worker tells the page. */
export type Answer =
  | { readonly type: 'state'; readonly nodes: readonly NodeView[]; readonly figures: Figures }
  | { readonly type: 'speed'; readonly perSecond: number; readonly solves: number }
  | { readonly type: 'fault'; readonly text: string };
