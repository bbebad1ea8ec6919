import type { FeedItem } from '../api/event-decoder.ts';
import type { ClusterEvent, MatrixWire, ReplicaEvent } from '../api/types.ts';
import { mergeEvents } from './event-order.ts';
import type { LiveAction, LiveState } from './live-state.ts';
import { type MatrixData, matrixFromWire, namesUnknown, withReplicaChanges } from './matrix-data.ts';

/** Events of the timeline that are kept; older ones are on the server. */
export const TIMELINE_LIMIT = 2_000;

/** Replica events kept for replay over a snapshot that was under way when they came. */
export const REPLAY_LIMIT = 5_000;

/** The one place where live state changes. Pure: same state and action, same result. */
export function reduceLive(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case 'connected':
      return connected(state, action.atMs, action.again);
    case 'heard':
      return { ...state, connection: { ...state.connection, asOfMs: action.atMs } };
    case 'disconnected':
      return {
        ...state,
        connection: {
          phase: 'lost',
          asOfMs: state.connection.asOfMs,
          reason: action.reason,
          retryAtMs: action.retryAtMs,
          unauthorized: action.unauthorized,
        },
      };
    case 'events':
      return withEvents({ ...state, connection: { ...state.connection, asOfMs: action.atMs } }, action.items);
    case 'matrix-loaded':
      return withMatrix(state, action.wire, action.requestedAt);
    case 'timeline-loaded':
      return { ...state, timeline: mergeEvents(state.timeline, action.events, TIMELINE_LIMIT) };
  }
}

function connected(state: LiveState, atMs: number, again: boolean): LiveState {
  const connection = {
    phase: 'live',
    asOfMs: atMs,
    reason: undefined,
    retryAtMs: undefined,
    unauthorized: false,
  } as const;
  // A server may have been replaced by one that does not know where we were: after every break, read everything again.
  return again ? markGap({ ...state, connection }) : { ...state, connection };
}

function markGap(state: LiveState): LiveState {
  const { facts, matrices, everything } = state.staleness;
  return { ...state, staleness: { facts: facts + 1, matrices: matrices + 1, everything: everything + 1 } };
}

function withEvents(state: LiveState, items: readonly FeedItem[]): LiveState {
  const known = new Set(state.timeline.slice(0, items.length + REPEAT_WINDOW).map((event) => event.id));
  const events = items.filter((item): item is ClusterEvent => item.type !== 'reset' && !known.has(item.id));
  const gap = events.length < items.length && items.some((item) => item.type === 'reset');
  const next = events.length === 0 ? state : applyEvents(state, events);
  return gap ? markGap(next) : next;
}

/** After a reconnect a server may repeat its last events; an id among this many newest ones is a repeat. */
const REPEAT_WINDOW = 500;

function applyEvents(state: LiveState, events: readonly ClusterEvent[]): LiveState {
  const replicas: ReplicaEvent[] = [];
  const recent = state.recentReplicas.slice();
  let sequence = state.sequence;
  for (const event of events) {
    sequence += 1;
    if (event.type === 'replica') {
      replicas.push(event);
      recent.push({ sequence, event });
    }
  }
  const matrices: Record<string, MatrixData> = { ...state.matrices };
  for (const [resource, matrix] of Object.entries(matrices)) {
    matrices[resource] = withReplicaChanges(matrix, replicas);
  }
  return {
    ...state,
    sequence,
    matrices,
    recentReplicas: recent.slice(-REPLAY_LIMIT),
    timeline: mergeEvents(state.timeline, events, TIMELINE_LIMIT),
    staleness: { ...state.staleness, facts: state.staleness.facts + 1, matrices: state.staleness.matrices + 1 },
  };
}

function withMatrix(state: LiveState, wire: MatrixWire, requestedAt: number): LiveState {
  const missed = state.recentReplicas.filter(({ sequence }) => sequence > requestedAt).map(({ event }) => event);
  const matrix = withReplicaChanges(matrixFromWire(wire, state.matrices[wire.resource]), missed);
  const next = { ...state, matrices: { ...state.matrices, [wire.resource]: matrix } };
  const unknown = missed.some((event) => namesUnknown(matrix, event));
  return unknown ? { ...next, staleness: { ...next.staleness, matrices: next.staleness.matrices + 1 } } : next;
}
