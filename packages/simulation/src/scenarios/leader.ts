import { campaign } from '@keelson/coordination';
import { isKeelsonError } from '@keelson/runtime';
import type { Scenario } from '../simulate.ts';
import type { ProcessContext, SimulatedWorld } from '../world.ts';
import { holdsUnder, Owners } from './owners.ts';
import { persist, rest } from './persist.ts';
import { bytesOf, textOf } from './text.ts';

/** How leaders of the scenario go about their work. */
export interface LeaderScenarioOptions {
  /** Whether the outside resource refuses tokens older than one it has seen. Default true. */
  readonly fenced?: boolean;
  /** Whether a leader asks its session before every act. Default true; otherwise it trusts what it was told last. */
  readonly asksBeforeActing?: boolean;
  /** Whether what a leader writes into the store carries the check of its lead. Default true. */
  readonly guardsWrites?: boolean;
}

const TTL_MS = 3_000;
const candidates = ['candidate-1', 'candidate-2', 'candidate-3'];
const path = '/election/leader';

/** A thing outside the store, that accepts work by token. */
class Resource {
  readonly #world: SimulatedWorld;
  readonly #fenced: boolean;
  #newest: { readonly token: bigint; readonly owner: string } | undefined;
  #accepted = 0;

  constructor(world: SimulatedWorld, fenced: boolean) {
    this.#world = world;
    this.#fenced = fenced;
  }

  get accepted(): number {
    return this.#accepted;
  }

  write(owner: string, token: bigint): void {
    const newest = this.#newest;
    if (newest !== undefined && token < newest.token) {
      if (this.#fenced) return;
      this.#world.violate(`the resource took a write of ${owner} after ${newest.owner} had succeeded it`);
    }
    this.#newest = { token, owner };
    this.#accepted += 1;
  }
}

/**
 * Candidates stand for election. Whoever leads writes to a resource outside the store (which takes its time on the way), writes its term
 * into the store, and does things at once that nobody else may do at the same time.
 */
export function leaderScenario(options: LeaderScenarioOptions = {}): Scenario {
  const { fenced = true, asksBeforeActing = true, guardsWrites = true } = options;
  return {
    name: 'leader',
    faults: { processes: candidates, count: 8 },
    durationMs: 60_000,
    restMs: 20_000,
    begin(world) {
      const owners = new Owners(world);
      const resource = new Resource(world, fenced);
      let highestTerm = 0n;
      for (const name of candidates)
        world.start(name, async ({ store, runtime }) => {
          const session = await persist(runtime, () => store.openSession({ ttlMs: TTL_MS }));
          const value = bytesOf(name);
          const leadership = await campaign({ store, session, path, value, runtime });
          const token = leadership.fencingToken;
          let told = true;
          leadership.lost.addEventListener('abort', () => {
            told = false;
          });
          const process = world.process(name);
          const believes = (): boolean =>
            process.state === 'running' && !session.lost.aborted && !leadership.lost.aborted;
          const leads = (): boolean => (asksBeforeActing ? believes() : told);
          const holds = holdsUnder(process, session, () => leadership.lost);
          owners.begin('the lead', { owner: name, token, process, holds });
          while (leads()) {
            // What is sent now arrives a while later, whatever happens to the sender.
            const sent = token;
            world.runtime.timers.after(runtime.random.integer(1_500), () => resource.write(name, sent));
            if (leads()) act(world, highestTerm, token, name);
            if (token > highestTerm) highestTerm = token;
            await writeTerm({ store, runtime }, token, guardsWrites);
            await rest(runtime, 20, 400);
          }
          await session.close();
        });
      watchTerm(world);
      return {
        finish: async () => {
          const leader = await world.connect('looker').get(path);
          return [
            ...(leader === undefined ? ['nobody leads'] : []),
            ...(resource.accepted === 0 ? ['no work was done'] : []),
          ];
        },
      };
    },
  };
}

/** Something that happens at once: the world sees whether a successor has done it before. */
function act(world: SimulatedWorld, highestTerm: bigint, token: bigint, name: string): void {
  if (token < highestTerm)
    world.violate(`${name} acted as leader of term ${token} after term ${highestTerm} had begun`);
}

async function writeTerm(
  { store, runtime }: Pick<ProcessContext, 'store' | 'runtime'>,
  token: bigint,
  guarded: boolean,
): Promise<void> {
  const value = bytesOf(String(token));
  try {
    if (guarded)
      await store.transact({
        if: [{ path, createRevision: token }],
        then: [{ type: 'put', path: '/election/term', value }],
      });
    else await store.put('/election/term', value);
  } catch (error) {
    if (!isKeelsonError(error)) throw error;
    runtime.logger.debug({ error }, 'a term could not be written');
  }
}

/** The term in the store only grows. */
function watchTerm(world: SimulatedWorld): void {
  const store = world.connect('term-watcher');
  let newest = 0n;
  void (async () => {
    for await (const event of store.watch('/election/term')) {
      if (event.type !== 'changes') continue;
      for (const change of event.changes) {
        if (change.type !== 'put') continue;
        const term = BigInt(textOf(change.entry));
        if (term < newest) world.violate(`the store took term ${term} after term ${newest}`);
        newest = term;
      }
    }
  })();
}
