import type { FeedItem } from '../api/event-decoder.ts';
import type { ClusterEvent, MatrixWire, ReplicaEvent } from '../api/types.ts';
import type { MatrixData } from './matrix-data.ts';

/** How the console stands to the server. Times are wall milliseconds of this browser. */
export interface ConnectionState {
  /** `connecting`: the first try. `live`: changes arrive. `lost`: what is shown is of `asOfMs`. */
  readonly phase: 'connecting' | 'live' | 'lost';
  /** Last sign of life from the server; undefined before the first. */
  readonly asOfMs: number | undefined;
  /** While lost: why, and when the next try is. */
  readonly reason: string | undefined;
  readonly retryAtMs: number | undefined;
  /** The server wants a token, or another one. */
  readonly unauthorized: boolean;
}

/** Everything the console keeps live about one cluster. */
export interface LiveState {
  readonly connection: ConnectionState;
  /** Number of events seen so far; dates a snapshot against the events around it. */
  readonly sequence: number;
  /** The newest replica events with their sequence, for replay over a snapshot that was asked for before them. */
  readonly recentReplicas: readonly { readonly sequence: number; readonly event: ReplicaEvent }[];
  readonly matrices: Readonly<Record<string, MatrixData>>;
  /** Newest first, bounded. */
  readonly timeline: readonly ClusterEvent[];
  /** Grows with each thing that makes what was read by GET out of date: the queries to read again hang on it. */
  readonly staleness: Staleness;
}

/** Counters; a reader that saw another value reads again. */
export interface Staleness {
  /** Summary, instances and resources. */
  readonly facts: number;
  /** The matrices (also wanted states, which no event carries). */
  readonly matrices: number;
  /** Everything, the timeline too: after a gap or a reconnect. */
  readonly everything: number;
}

/** What can happen to the live state. */
export type LiveAction =
  | { readonly type: 'connected'; readonly atMs: number; readonly again: boolean }
  | { readonly type: 'heard'; readonly atMs: number }
  | {
      readonly type: 'disconnected';
      readonly reason: string;
      readonly retryAtMs: number;
      readonly unauthorized: boolean;
    }
  | { readonly type: 'events'; readonly items: readonly FeedItem[]; readonly atMs: number }
  | { readonly type: 'matrix-loaded'; readonly wire: MatrixWire; readonly requestedAt: number }
  | { readonly type: 'timeline-loaded'; readonly events: readonly ClusterEvent[] };

/** The state before anything was heard. */
export const initialLiveState: LiveState = {
  connection: { phase: 'connecting', asOfMs: undefined, reason: undefined, retryAtMs: undefined, unauthorized: false },
  sequence: 0,
  recentReplicas: [],
  matrices: {},
  timeline: [],
  staleness: { facts: 0, matrices: 0, everything: 0 },
};
