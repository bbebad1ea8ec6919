import { type CallOptions, isKeelsonError, sleep } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { type ClientContext, say } from './client-context.ts';

/** What is owned: a lock or a lead. */
interface Owned {
  readonly fencingToken: bigint;
  readonly lost: AbortSignal;
  giveUp(options: CallOptions): Promise<void>;
}

/** Competes for `thing` as long as the session lives: owns it for a while, writes to the resource meanwhile, gives it up, begins again. */
export async function competeFor(
  context: ClientContext,
  session: Session,
  thing: string,
  acquire: (options: CallOptions) => Promise<Owned>,
): Promise<void> {
  const { random, runtime, stopping } = context;
  while (!stopping.aborted && !session.lost.aborted) {
    try {
      const owned = await acquire({ signal: stopping });
      await use(context, thing, owned);
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
    }
    await sleep(runtime, 5 + random.integer(100), { signal: stopping }).catch(() => {}); // the loop sees it
  }
}

async function use(context: ClientContext, thing: string, owned: Owned): Promise<void> {
  const { client, resource, random, runtime, stopping } = context;
  const token = String(owned.fencingToken);
  say({ say: 'owns', client, thing, token, at: resource.nowMs() });
  const acts = 1 + random.integer(thing === 'lead' ? 20 : 4);
  for (let act = 0; act < acts && !stopping.aborted; act += 1) {
    const at = resource.nowMs();
    if (owned.lost.aborted) break;
    say({ say: 'acts', client, thing, token, at });
    await resource.write(thing, client, owned.fencingToken).catch(() => false); // it is there to judge, not to be judged
    await sleep(runtime, random.integer(60), { signal: stopping }).catch(() => {});
  }
  say({ say: 'gave-up', client, thing, token, at: resource.nowMs() });
  await owned.giveUp({ timeoutMs: 2_000 }).catch(() => {}); // goes on in the background
}
