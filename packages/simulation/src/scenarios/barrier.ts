import { isKeelsonError } from '@keelson/runtime';
import type { Scenario } from '../simulate.ts';
import type { SimulatedProcess } from '../simulated-process.ts';
import type { SimulatedWorld } from '../world.ts';
import { leftBehind } from './left-behind.ts';
import { forever, rest, TTL_MS, takePart } from './persist.ts';

const parties = ['party-1', 'party-2', 'party-3'];
/**
 * How long somebody who gave up or died may still have been counted, in milliseconds: its entry goes with its session at the latest. A store that was
 * started again gives every session its full ttl again, so the time begins anew then.
 */
const GRACE_MS = 2 * TTL_MS + 2_000;

/** One party's way through one round. */
interface Visit {
  readonly party: string;
  readonly process: SimulatedProcess;
  round?: bigint;
  leaving: boolean;
  /** When it gave up, or was done; a crash is seen by its process. */
  endedMs?: number;
  lost: () => boolean;
}

/** Parties meet at a barrier, round after round. Nobody passes before all have entered; nobody is through the other side before all have left, or are gone. */
export function barrierScenario(): Scenario {
  return {
    name: 'barrier',
    faults: { processes: parties, count: 8 },
    durationMs: 40_000,
    restMs: 30_000,
    begin(world) {
      const rounds = new Rounds(world);
      const stopping = new AbortController();
      for (const name of parties)
        world.start(name, async (context) => {
          const { runtime } = context;
          const { session, recipes } = await takePart(context);
          const barrier = recipes.barrier('start', parties.length);
          while (!session.lost.aborted && !stopping.signal.aborted) {
            const visit = rounds.begin(name);
            try {
              const pass = await barrier.enter({ timeoutMs: 15_000 });
              rounds.entered(visit, pass.round, () => session.lost.aborted || pass.lost.aborted);
              await rest(runtime, 10, 300);
              visit.leaving = true;
              await pass.leave({ timeoutMs: 15_000 });
              rounds.left(visit);
            } catch (error) {
              if (!isKeelsonError(error)) throw error;
              runtime.logger.debug({ error }, 'not met at the barrier');
            }
            visit.endedMs = world.nowMs;
            // Now and then somebody is long in coming.
            await rest(runtime, 10, runtime.random.integer(4) === 0 ? 9_000 : 500);
          }
          await session.close();
          if (stopping.signal.aborted) await forever();
        });
      return {
        finish: async () => {
          const late = rounds.lastMs < world.nowMs - 25_000;
          stopping.abort();
          await rest(world.runtime, 20_000, 20_001);
          return [...(late ? ['nobody passed in 25 s without a fault'] : []), ...(await leftBehind(world))];
        },
      };
    },
  };
}

/** What is known of who entered, passed and left. */
class Rounds {
  readonly #world: SimulatedWorld;
  #visits: Visit[] = [];
  readonly #newest = new Map<string, bigint>();
  lastMs = 0;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    world.server.onRestart(() => (world.server.up ? this.#beginGraceAnew() : this.#forgetGone()));
  }

  begin(party: string): Visit {
    const nowMs = this.#world.nowMs;
    this.#visits = this.#visits.filter(({ endedMs }) => endedMs === undefined || endedMs > nowMs - 60_000);
    // What a former life of the party had begun ended with it; its entry may count until its session ends.
    for (const visit of this.#visits) if (visit.party === party) visit.endedMs ??= nowMs;
    const visit: Visit = { party, process: this.#world.process(party), leaving: false, lost: () => false };
    this.#visits.push(visit);
    return visit;
  }

  entered(visit: Visit, round: bigint, lost: () => boolean): void {
    const world = this.#world;
    const before = this.#newest.get(visit.party) ?? -1n;
    if (round <= before) world.violate(`${visit.party} passed in round ${round} after round ${before}`);
    this.#newest.set(visit.party, round);
    visit.round = round;
    visit.lost = lost;
    this.lastMs = world.nowMs;
    const there = this.#visits.filter((other) => this.#mayCount(other, round)).map(({ party }) => party);
    if (there.length < parties.length)
      world.violate(`${visit.party} passed in round ${round}, where only ${there.join(' and ')} had entered`);
  }

  left(visit: Visit): void {
    const inside = this.#visits.find(
      ({ round, leaving, lost, process }) =>
        round === visit.round && !leaving && process.state === 'running' && !lost(),
    );
    if (inside !== undefined)
      this.#world.violate(`${visit.party} had left round ${visit.round} for good while ${inside.party} was in it`);
  }

  /** Those whose grace is over when the store ends have no entry that it could keep. Who passed has to be known to those who pass later. */
  #forgetGone(): void {
    this.#visits = this.#visits.filter((visit) => visit.round !== undefined || this.#mayBeThere(visit));
  }

  #beginGraceAnew(): void {
    for (const visit of this.#visits) if (visit.endedMs !== undefined) visit.endedMs = this.#world.nowMs;
  }

  /** Whether it may have been counted for the round: it is in it or entering, or was until a moment ago. */
  #mayCount(visit: Visit, wanted: bigint): boolean {
    return visit.round === undefined ? this.#mayBeThere(visit) : visit.round === wanted;
  }

  /** Whether its entry may still be there. */
  #mayBeThere({ endedMs }: Visit): boolean {
    return endedMs === undefined || endedMs > this.#world.nowMs - GRACE_MS;
  }
}
