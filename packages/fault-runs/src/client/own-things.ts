import { type CallOptions, isKeelsonError, sleep } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { type ClientContext, everySoOften } from './context.ts';

/** What is owned: a lock, a lead, a name. */
interface Owned {
  readonly fencingToken: bigint;
  readonly lost: AbortSignal;
  giveUp(options: CallOptions): Promise<void>;
}

/** How often somebody who has given a thing up asks for it again, in milliseconds. */
const REST_MS = 700;

/** Pause between two acts of an owner, in milliseconds, on average. */
const BETWEEN_ACTS_MS = 100;

/** Competes for a thing as long as the session lives: owns it for up to so many acts, writes to the resource with each, gives it up, begins again. */
export async function competeFor(
  context: ClientContext,
  session: Session,
  rule: { readonly thing: string; readonly acts: number },
  acquire: (options: CallOptions) => Promise<Owned>,
): Promise<void> {
  const { stopping } = context;
  const once = async (): Promise<void> => {
    try {
      const owned = await acquire({ signal: stopping });
      await use(context, rule, owned);
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
    }
  };
  await everySoOften(context, REST_MS, once, session.lost);
}

async function use(
  context: ClientContext,
  { thing, acts }: { readonly thing: string; readonly acts: number },
  owned: Owned,
): Promise<void> {
  const { client, resource, random, runtime, stopping, say } = context;
  const token = String(owned.fencingToken);
  say({ say: 'owns', client, thing, token, at: resource.nowMs() });
  const count = 1 + random.integer(acts);
  for (let act = 0; act < count && !stopping.aborted; act += 1) {
    const at = resource.nowMs();
    if (owned.lost.aborted) break;
    say({ say: 'acts', client, thing, token, at });
    await resource.write(thing, client, owned.fencingToken).catch(() => false); // it is there to judge, not to be judged
    await sleep(runtime, random.integer(2 * BETWEEN_ACTS_MS), { signal: stopping }).catch(() => {});
  }
  const at = resource.nowMs();
  say({ say: owned.lost.aborted ? 'gave-up' : 'gives-up', client, thing, token, at });
  await owned.giveUp({ timeoutMs: 2_000 }).catch(() => {}); // goes on in the background
}
