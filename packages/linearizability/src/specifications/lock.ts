import type { Outcome } from '../history/operation.ts';
import type { Specification } from '../specification.ts';

/** What can be asked of a lock, and of the resource that it guards. `lock` names one of several; left out, there is one. */
export type LockInput =
  /** Take the lock: waiting for it or not makes no difference here. */
  | { readonly op: 'acquire'; readonly lock?: string; readonly owner: string }
  /** Give it back, with the token that came with it. */
  | { readonly op: 'release'; readonly lock?: string; readonly owner: string; readonly token: number }
  /** Who holds it? */
  | { readonly op: 'holder'; readonly lock?: string }
  /** Touch the guarded resource with a token. */
  | { readonly op: 'use'; readonly lock?: string; readonly token: number };

/** What is answered. */
export type LockOutput =
  /** To `acquire`: with a fencing token, or refused because somebody holds it. */
  | { readonly acquired: true; readonly token: number }
  | { readonly acquired: false }
  /** To `release`: false where it was not held so. */
  | { readonly released: boolean }
  /** To `holder`: null where nobody does. */
  | { readonly holder: string | null }
  /** To `use`: refused where the resource has accepted a greater token before. */
  | { readonly accepted: boolean };

/** A lock and its resource. */
export interface LockState {
  readonly holder: string | null;
  /** Token of the holder; null where nobody saw it, as the answer was lost. */
  readonly holderToken: number | null;
  /** The greatest token anybody was seen to get. */
  readonly lastToken: number;
  /** The greatest token that the resource has accepted. */
  readonly fence: number;
}

/** How a lock is followed. */
export interface LockOptions {
  /**
   * The lock may be taken from its holder at any time, as leases and sessions do when they expire. Then two may believe to hold it, and what
   * keeps them apart are the tokens: they still only grow, and the resource still accepts none below the greatest it has seen.
   * Default false: only a release frees the lock.
   */
  readonly expires?: boolean;
  /** No token is as small as this one. Default 0. */
  readonly lastToken?: number;
}

/**
 * A lock with fencing tokens: one holder at a time, every token greater than all before it, and a resource that refuses a token once it
 * has accepted a greater one.
 */
export function lockSpecification(options: LockOptions = {}): Specification<LockState, LockInput, LockOutput> {
  const lastToken = options.lastToken ?? 0;
  const expires = options.expires === true;
  return {
    name: expires ? 'lock that expires' : 'lock',
    initial: [{ holder: null, holderToken: null, lastToken, fence: lastToken }],
    step: (state, input, outcome) => {
      const next = step(state, input, outcome);
      // It can still expire later: only what could not have been otherwise, or takes the lock, needs it to have expired now.
      const needless = next.length > 0 && input.op !== 'acquire';
      if (!expires || needless || state.holder === null) return next;
      return [...next, ...step({ ...state, holder: null, holderToken: null }, input, outcome)];
    },
    identify: ({ holder, holderToken, lastToken, fence }) => JSON.stringify([holder, holderToken, lastToken, fence]),
    parts: ({ lock = '' }) => lock,
    // Where it may expire, even a question can find it gone.
    readOnly: ({ op }) => op === 'holder' && !expires,
    describe,
    describeState: ({ holder, holderToken, fence }) =>
      `${holder === null ? 'free' : `held by ${holder} (${holderToken ?? '?'})`}, fence ${fence}`,
  };
}

function step(state: LockState, input: LockInput, outcome: Outcome<LockOutput>): readonly LockState[] {
  switch (input.op) {
    case 'acquire':
      return acquire(state, input.owner, outcome);
    case 'release':
      return release(state, input.owner, input.token, outcome);
    case 'holder':
      return !outcome.known || ('holder' in outcome.output && outcome.output.holder === state.holder) ? [state] : [];
    case 'use': {
      const accepted = input.token >= state.fence;
      if (outcome.known && !('accepted' in outcome.output && outcome.output.accepted === accepted)) return [];
      return [accepted ? { ...state, fence: input.token } : state];
    }
  }
}

function acquire(state: LockState, owner: string, outcome: Outcome<LockOutput>): readonly LockState[] {
  const free = state.holder === null;
  if (!outcome.known) return [free ? { ...state, holder: owner, holderToken: null } : state];
  if (!('acquired' in outcome.output)) return [];
  if (!outcome.output.acquired) return free ? [] : [state];
  const { token } = outcome.output;
  if (!free || token <= state.lastToken) return [];
  return [{ ...state, holder: owner, holderToken: token, lastToken: token }];
}

function release(state: LockState, owner: string, token: number, outcome: Outcome<LockOutput>): readonly LockState[] {
  const held = state.holder === owner && state.holderToken === token;
  // A token that nobody saw given out may be this one, if it is newer than all that were seen; or another.
  const perhaps = state.holder === owner && state.holderToken === null && token > state.lastToken;
  const told = outcome.known ? 'released' in outcome.output && outcome.output.released : undefined;
  const freed = { ...state, holder: null, holderToken: null, lastToken: Math.max(state.lastToken, token) };
  return [...((held || perhaps) && told !== false ? [freed] : []), ...(!held && told !== true ? [state] : [])];
}

function describe(input: LockInput, outcome: Outcome<LockOutput>): string {
  const lock = input.lock === undefined ? '' : ` ${input.lock}`;
  const answer = outcome.known ? describeOutput(outcome.output) : '?';
  switch (input.op) {
    case 'acquire':
      return `acquire${lock} for ${input.owner} → ${answer}`;
    case 'release':
      return `release${lock} of ${input.owner} (${input.token}) → ${answer}`;
    case 'holder':
      return `holder${lock} → ${answer}`;
    case 'use':
      return `use${lock} with ${input.token} → ${answer}`;
  }
}

function describeOutput(output: LockOutput): string {
  if ('acquired' in output) return output.acquired ? `token ${output.token}` : 'refused';
  if ('released' in output) return output.released ? 'done' : 'not held';
  if ('holder' in output) return output.holder ?? 'nobody';
  return output.accepted ? 'accepted' : 'refused';
}
