import type { Coordination } from '@keelson/coordination';
import type { CallOptions, Runtime } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import type { SimulatedWorld } from '../world.ts';
import { leftBehind } from './left-behind.ts';
import { holdsUnder, type Owners } from './owners.ts';
import { attempt, forever, persist, rest, takePart } from './persist.ts';

/** Something a client holds until it gives it back. */
export interface Holding {
  release(options?: CallOptions): Promise<void>;
}

/** A part of what is held, as the world watches over it. */
export interface HeldPart {
  readonly thing: string;
  readonly token: bigint;
  readonly mode?: 'exclusive' | 'shared' | 'permit';
  readonly lost: () => AbortSignal;
}

/** Something to be had: how it is acquired, and of what parts it is. */
export interface Wish<H extends Holding> {
  acquire(): Promise<H>;
  parts(held: H): readonly HeldPart[];
}

/** What a client is given to do its wishing, and its working, with. */
export interface ClientContext {
  readonly name: string;
  readonly runtime: Runtime;
  readonly session: Session;
  readonly recipes: Coordination;
}

/** How clients of a scenario live. Rests are from the one to the other, in milliseconds. */
export interface ClientLife<H extends Holding> {
  readonly world: SimulatedWorld;
  readonly owners: Owners;
  readonly clients: readonly string[];
  /** What a client wants next. */
  readonly wish: (context: ClientContext) => Wish<H>;
  /** What it does while it holds that, and how long that takes. */
  readonly work: (context: ClientContext, held: H) => Promise<void>;
  readonly restMs: readonly [number, number];
}

/**
 * Clients that acquire something, hold it, give it back and rest, again and again, each under a session, until they are stopped or die and come back. The world is told
 * who holds what.
 */
export class Clients<H extends Holding> {
  readonly #life: ClientLife<H>;
  readonly #stopping = new AbortController();

  constructor(life: ClientLife<H>) {
    this.#life = life;
    for (const name of life.clients)
      life.world.start(name, async (context) => {
        const { session, recipes } = await takePart(context);
        const client = { name, runtime: context.runtime, session, recipes };
        while (!session.lost.aborted && !this.#stopping.signal.aborted) await this.#turn(client);
        await session.close();
        if (this.#stopping.signal.aborted) await forever();
      });
  }

  /** Lets each give back what it holds and end; looks after `withinMs` milliseconds, and gives what was left behind. */
  async stop(withinMs: number): Promise<string[]> {
    const { world } = this.#life;
    this.#stopping.abort();
    await rest(world.runtime, withinMs, withinMs + 1);
    return leftBehind(world);
  }

  async #turn(client: ClientContext): Promise<void> {
    const { world, owners, wish, work, restMs } = this.#life;
    const { name, runtime, session } = client;
    const wanted = wish(client);
    const held = await attempt(runtime, () => persist(runtime, () => wanted.acquire()));
    if (held === undefined) return;
    const process = world.process(name);
    for (const { lost, ...part } of wanted.parts(held))
      owners.begin(part.thing, { owner: name, process, holds: holdsUnder(process, session, lost), ...part });
    await work(client, held);
    await attempt(runtime, () => held.release());
    await rest(runtime, ...restMs);
  }
}
