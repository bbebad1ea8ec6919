import type { SimulatedWorld } from '../world.ts';

/** Somebody's claim to own a thing. */
export interface Claim {
  readonly owner: string;
  readonly token: bigint;
  /** Whether the owner, asked now, would say that it still owns it. A process that has crashed says nothing. */
  readonly believes: () => boolean;
}

/** Watches over who owns what in a world: never two at once, and every owner's token greater than those before. */
export class Owners {
  readonly #world: SimulatedWorld;
  readonly #claims = new Map<string, Claim>();
  #handOvers = 0;

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  /** How often something was owned. */
  get handOvers(): number {
    return this.#handOvers;
  }

  /** `claim.owner` owns `thing` from now on. */
  begin(thing: string, claim: Claim): void {
    const before = this.#claims.get(thing);
    this.#claims.set(thing, claim);
    this.#handOvers += 1;
    if (before === undefined) return;
    if (before.believes()) this.#world.violate(`${claim.owner} owns ${thing} while ${before.owner} believes to own it`);
    if (before.token >= claim.token)
      this.#world.violate(
        `${claim.owner} owns ${thing} with token ${claim.token}, after ${before.token} of ${before.owner}`,
      );
  }
}
