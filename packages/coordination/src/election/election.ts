import { type CallOptions, KeelsonError } from '@keelson/runtime';
import type { Revision, Store, StorePath } from '@keelson/store';
import type { RecipeContext } from '../common/context.ts';
import { checkMetadata, limited } from '../common/limits.ts';
import type { Metadata } from '../common/record.ts';
import { type StoreGuard, storeGuard } from '../guard/store-guard.ts';
import { QueueSeat } from '../queue/seat.ts';
import type { Leadership } from './leadership.ts';
import { takeTerm } from './take-term.ts';

/** How somebody stands for election. */
export interface ElectionCampaignOptions extends CallOptions {
  /** What others are to know of the leader, an address for example; at most 16 KiB as JSON. */
  readonly metadata?: Metadata;
}

/** An election that was won, until `lost` trips. */
export interface ElectedLeadership extends Leadership {
  /** Which leader of this election it is, counted from 1: for people and logs. Grows with every leader. */
  readonly term: number;
  /** Writes to the store that are done only while this leadership lasts. */
  readonly guard: StoreGuard;
}

/** An election by its name. */
export interface Election {
  readonly name: string;
  readonly path: StorePath;
  /**
   * Stands for election and resolves once it is won. Candidates stand in line, and each watches only the one ahead, so the end of a
   * leader wakes one. There is no default time limit. Rejects as `Lock.acquire` does; a rejected candidate has left the line.
   */
  campaign(options?: ElectionCampaignOptions): Promise<ElectedLeadership>;
}

/** The election called `name`. Throws `E_INVALID_PATH` for a name that is no single segment of a path. */
export function electionNamed(context: RecipeContext, name: string): Election {
  return {
    name,
    path: context.layout.base('elections', name),
    campaign: async (options = {}) => await stand(context, name, options),
  };
}

async function stand(
  context: RecipeContext,
  name: string,
  options: ElectionCampaignOptions,
): Promise<ElectedLeadership> {
  const { metadata } = options;
  checkMetadata(metadata);
  context.session.assertAlive();
  const seat = new QueueSeat(context, {
    queue: context.layout.queue('elections', name),
    mode: 'exclusive',
    rule: { permits: 1, wait: true },
    record: metadata === undefined ? {} : { metadata },
  });
  return await limited(context.runtime, options, async (signal) => {
    await seat.until(signal);
    try {
      const term = await takeTerm(context, name, seat, signal);
      return new QueuedLeadership(context.store, name, seat, term);
    } catch (error) {
      await seat.leave(new KeelsonError('E_CLOSED', `The candidacy for ${name} was given up.`, { cause: error }));
      throw error;
    }
  });
}

class QueuedLeadership implements ElectedLeadership {
  readonly path: StorePath;
  readonly fencingToken: Revision;
  readonly term: number;
  readonly guard: StoreGuard;
  readonly #name: string;
  readonly #seat: QueueSeat;

  constructor(store: Store, name: string, seat: QueueSeat, term: number) {
    const { path, createRevision } = seat.place;
    this.path = path;
    this.fencingToken = createRevision;
    this.term = term;
    this.guard = storeGuard(store, [{ path, createRevision }], () => seat.lost);
    this.#name = name;
    this.#seat = seat;
  }

  get lost(): AbortSignal {
    return this.#seat.lost;
  }

  async resign(options: CallOptions = {}): Promise<void> {
    const reason = new KeelsonError('E_CLOSED', `Leadership of ${this.#name} was resigned.`);
    await this.#seat.leave(reason, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resign().catch((error: unknown) => this.#seat.note(error));
  }
}
