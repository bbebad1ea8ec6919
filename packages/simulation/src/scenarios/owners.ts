import type { Session } from '@keelson/store';
import type { SimulatedProcess } from '../simulated-process.ts';
import type { SimulatedWorld } from '../world.ts';

/** Somebody's claim to own a thing. */
export interface Claim {
  readonly owner: string;
  readonly token: bigint;
  readonly process: SimulatedProcess;
  /** Whether the owner, asked now, would say that it still owns it. May change nothing: the world asks after every step. */
  readonly holds: () => boolean;
  /** With whom it shares the thing. Default: with nobody. */
  readonly mode?: 'exclusive' | 'shared' | 'permit';
}

/** Whether a signal of a session's says that it still holds, without a look that could trip it: that is the owner's to do. */
export const holdsUnder =
  (process: SimulatedProcess, session: Session, signalOf: () => AbortSignal): (() => boolean) =>
  () =>
    process.runtime.clock.monotonicMs() < session.aliveUntilMs && !signalOf().aborted;

/** One that was stopped comes to itself first: what fell due meanwhile tells it, piece by piece, what it has lost. */
const believes = ({ process, holds }: Claim): boolean => process.awake && holds();

/** Whether it can never believe again: one that is stopped may. */
const isOver = ({ process, holds }: Claim): boolean => process.state === 'crashed' || (process.awake && !holds());

/**
 * Watches over who owns what in a world, after every step: never two at once who may not share, never more than there are permits, and every
 * owner's token greater than those of earlier ones with whom it could not have shared.
 */
export class Owners {
  readonly #world: SimulatedWorld;
  readonly #permits: number;
  readonly #claims = new Map<string, Claim[]>();
  readonly #tokens = new Map<string, { exclusive: bigint; any: bigint }>();
  /** Things that more than one may believe to own; all others need no look. */
  readonly #contested = new Set<string>();
  #handOvers = 0;

  constructor(world: SimulatedWorld, permits = 1) {
    this.#world = world;
    this.#permits = permits;
    world.invariant(() => this.#check());
  }

  /** How often something was owned. */
  get handOvers(): number {
    return this.#handOvers;
  }

  /** `claim.owner` owns `thing` from now on. */
  begin(thing: string, claim: Claim): void {
    this.#handOvers += 1;
    const claims = (this.#claims.get(thing) ?? []).filter((known) => !isOver(known));
    claims.push(claim);
    this.#claims.set(thing, claims);
    if (claims.length > 1) this.#contested.add(thing);
    this.#checkToken(thing, claim);
    const problem = this.#check();
    if (problem !== undefined) this.#world.violate(problem);
  }

  #checkToken(thing: string, { owner, token, mode = 'exclusive' }: Claim): void {
    const newest = this.#tokens.get(thing) ?? { exclusive: -1n, any: -1n };
    this.#tokens.set(thing, newest);
    const bound = mode === 'exclusive' ? newest.any : mode === 'shared' ? newest.exclusive : -1n;
    if (token <= bound) this.#world.violate(`${owner} owns ${thing} with token ${token}, after one with ${bound}`);
    if (token > newest.any) newest.any = token;
    if (mode === 'exclusive' && token > newest.exclusive) newest.exclusive = token;
  }

  #check(): string | undefined {
    for (const thing of this.#contested) {
      const claims = this.#claims.get(thing) ?? [];
      const present = claims.filter(believes);
      const names = (): string => present.map(({ owner, token }) => `${owner} (${token})`).join(' and ');
      if (present.length > 1 && present.some(({ mode = 'exclusive' }) => mode === 'exclusive'))
        return `${names()} believe to own ${thing} at once`;
      const permits = present.filter(({ mode }) => mode === 'permit').length;
      if (permits > this.#permits) return `${names()} hold ${permits} permits of ${thing}, which has ${this.#permits}`;
      const left = claims.filter((claim) => !isOver(claim));
      if (left.length === claims.length) continue;
      this.#claims.set(thing, left);
      if (left.length < 2) this.#contested.delete(thing);
    }
    return undefined;
  }
}
