import { assumedIntervals, type Intervals, phiOf, withInterval } from './phi.ts';

/** How suspicion is formed. */
export interface SuspicionRule {
  /** How often peers are expected to be heard before they have been, in milliseconds. */
  readonly everyMs: number;
  /** Suspicion from this phi on. */
  readonly threshold: number;
  /** How often the observer looks, in milliseconds. */
  readonly tickMs: number;
}

/** What a suspicion rests on. */
export interface SuspicionEvidence {
  readonly phi: number;
  /** Since the last heartbeat, in milliseconds, less the time in which the observer itself could not hear. */
  readonly silentMs: number;
  /** Mean and standard deviation of the heartbeats before, in milliseconds, and how many of them there were. */
  readonly meanMs: number;
  readonly deviationMs: number;
  readonly samples: number;
  /** How long the observer could not hear since the last heartbeat, in milliseconds. */
  readonly deafMs: number;
  /** How far the observer trusts itself: 0 fully, up to 8; everything is given (1 + this) times the time. */
  readonly selfDoubt: number;
  /** How late the peer's own timer was at its last heartbeat, in milliseconds: a peer that stalls, not one that died. */
  readonly peerLagMs: number;
}

/** What an observer says of its peers. Never that one is dead: that is the session's to say. */
export type SuspicionReport =
  | { readonly type: 'suspected'; readonly peer: string; readonly evidence: SuspicionEvidence }
  /** Heard again, or gone from the group, or doubted by the observer itself. */
  | { readonly type: 'cleared'; readonly peer: string }
  /** Most peers fell silent at once: that speaks against the observer, or the way to it, and nobody is suspected. */
  | { readonly type: 'deaf'; readonly silent: number; readonly of: number }
  | { readonly type: 'hearing' };

/** What is known of one peer. */
interface Peer {
  readonly intervals: Intervals;
  readonly lastMs: number;
  readonly deafMs: number;
  readonly lagMs: number;
  readonly suspected: boolean;
}

/** What an observer knows, on its own monotonic clock. */
export interface SuspicionState {
  readonly peers: ReadonlyMap<string, Peer>;
  readonly lastTickMs: number;
  readonly selfDoubt: number;
  /** Whether the store was out of reach at the last tick. */
  readonly cutOff: boolean;
  readonly deaf: boolean;
}

/** What an observer is told; all times on its own monotonic clock, in milliseconds. */
export type SuspicionEvent =
  | {
      readonly type: 'heard';
      readonly peer: string;
      readonly atMs: number;
      readonly lagMs: number;
      /** How often the peer means to be heard; absent where it does not say. */
      readonly everyMs?: number;
    }
  /** The peer has left, or its session has ended. */
  | { readonly type: 'gone'; readonly peer: string }
  | { readonly type: 'cut-off' }
  | { readonly type: 'reached' }
  | { readonly type: 'tick'; readonly atMs: number };

/** The state after an event, and what to report. */
export interface SuspicionStep {
  readonly state: SuspicionState;
  readonly reports: readonly SuspicionReport[];
}

/** Most doubt an observer has in itself. */
const MAX_DOUBT = 8;

/** An observer that begins at `atMs`. */
export const initialSuspicion = (atMs: number): SuspicionState => ({
  peers: new Map(),
  lastTickMs: atMs,
  selfDoubt: 0,
  cutOff: false,
  deaf: false,
});

/**
 * Suspicion as a pure state machine: phi-accrual over the heartbeats of each peer, tempered by what the observer knows of itself.
 *
 * - A tick that comes late says that this process stalled. That time counts against nobody, and the observer doubts itself for a while:
 *   as in Lifeguard (Dadgar and others, 2017) every peer gets more time as long as it does.
 * - While the store is out of reach nobody is heard, and nobody is suspected.
 * - When most of at least three peers seem silent at once, the observer takes itself for deaf.
 */
export function stepSuspicion(state: SuspicionState, event: SuspicionEvent, rule: SuspicionRule): SuspicionStep {
  switch (event.type) {
    case 'heard':
      return heard(state, event, rule);
    case 'gone':
      return gone(state, event.peer);
    case 'cut-off':
      return { state: { ...state, cutOff: true }, reports: [] };
    case 'reached':
      return { state: { ...state, cutOff: false }, reports: [] };
    case 'tick':
      return tick(state, event.atMs, rule);
  }
}

function heard(
  state: SuspicionState,
  { peer, atMs, lagMs, ...told }: Extract<SuspicionEvent, { type: 'heard' }>,
  rule: SuspicionRule,
): SuspicionStep {
  const known = state.peers.get(peer);
  const spentMs = known === undefined ? 0 : atMs - known.lastMs - known.deafMs;
  const everyMs = told.everyMs ?? rule.everyMs;
  // An interval in which one could not hear says nothing about how regular the peer is; nor do beats that come right after each other: those were
  // held up on the way, or here, and would make the next ordinary silence look like the end.
  const usable = known !== undefined && spentMs >= everyMs / 2 && known.deafMs === 0;
  const before = known?.intervals ?? assumedIntervals(everyMs);
  const intervals = usable ? withInterval(before, spentMs) : before;
  const peers = new Map(state.peers).set(peer, { intervals, lastMs: atMs, deafMs: 0, lagMs, suspected: false });
  return { state: { ...state, peers }, reports: known?.suspected === true ? [{ type: 'cleared', peer }] : [] };
}

function gone(state: SuspicionState, peer: string): SuspicionStep {
  const known = state.peers.get(peer);
  if (known === undefined) return { state, reports: [] };
  const peers = new Map(state.peers);
  peers.delete(peer);
  return { state: { ...state, peers }, reports: known.suspected ? [{ type: 'cleared', peer }] : [] };
}

function tick(state: SuspicionState, atMs: number, rule: SuspicionRule): SuspicionStep {
  const spentMs = atMs - state.lastTickMs;
  const stallMs = Math.max(0, spentMs - rule.tickMs);
  const stalled = stallMs > rule.tickMs / 2;
  const doubt = stalled ? state.selfDoubt + Math.max(1, Math.floor(stallMs / rule.everyMs)) : state.selfDoubt - 1;
  const selfDoubt = Math.min(MAX_DOUBT, Math.max(0, doubt));
  // What came in meanwhile has not been read yet: the tick after a stall runs before it.
  const deafMs = state.cutOff || stalled ? spentMs : 0;
  const weighed = [...state.peers].map(([name, peer]) => {
    const next = { ...peer, deafMs: peer.deafMs + Math.min(deafMs, atMs - peer.lastMs) };
    return { name, peer: next, evidence: evidenceOf(next, atMs, selfDoubt) };
  });
  const silent = weighed.filter(({ evidence }) => evidence.phi >= rule.threshold);
  const deaf = weighed.length >= 3 && silent.length * 2 > weighed.length;
  const peers = new Map<string, Peer>();
  const reports: SuspicionReport[] = [];
  if (deaf && !state.deaf) reports.push({ type: 'deaf', silent: silent.length, of: weighed.length });
  for (const { name, peer, evidence } of weighed) {
    const suspected = !deaf && (peer.suspected || (!state.cutOff && evidence.phi >= rule.threshold));
    if (suspected && !peer.suspected) reports.push({ type: 'suspected', peer: name, evidence });
    if (!suspected && peer.suspected) reports.push({ type: 'cleared', peer: name });
    peers.set(name, { ...peer, suspected });
  }
  if (!deaf && state.deaf) reports.push({ type: 'hearing' });
  return { state: { ...state, peers, lastTickMs: atMs, selfDoubt, deaf }, reports };
}

function evidenceOf(peer: Peer, atMs: number, selfDoubt: number): SuspicionEvidence {
  const { meanMs, deviationMs, recent } = peer.intervals;
  const silentMs = Math.max(0, atMs - peer.lastMs - peer.deafMs);
  const patience = 1 + selfDoubt;
  const phi = phiOf(silentMs, { meanMs: meanMs * patience, deviationMs: deviationMs * patience });
  const { deafMs, lagMs } = peer;
  return { phi, silentMs, meanMs, deviationMs, samples: recent.length, deafMs, selfDoubt, peerLagMs: lagMs };
}
