import { type Coordination, coordination } from '@keelson/coordination';
import { isKeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import type { ProcessContext } from '../world.ts';

/**
 * Tries until it succeeds, as a program does whose store is out of reach now and then. Gives up with the error that another try cannot
 * mend: one that is not retryable, or whose outcome only the caller can find out.
 */
export async function persist<T>(runtime: Runtime, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isKeelsonError(error) || !error.retryable || error.code === 'E_OUTCOME_UNKNOWN') throw error;
      await sleep(runtime, 50 + runtime.random.integer(200), signal === undefined ? {} : { signal });
    }
  }
}

/** A rest of `fromMs` to `toMs` milliseconds. */
export async function rest(runtime: Runtime, fromMs: number, toMs: number): Promise<void> {
  await sleep(runtime, fromMs + runtime.random.integer(toMs - fromMs));
}

/** Sessions of the scenarios, in milliseconds. */
export const TTL_MS = 3_000;

/** Opens a session, however often that takes, and the recipes under it. */
export async function takePart({ name, store, runtime }: ProcessContext): Promise<{
  readonly session: Session;
  readonly recipes: Coordination;
}> {
  const session = await persist(runtime, () => store.openSession({ ttlMs: TTL_MS }));
  return { session, recipes: coordination({ store, session, runtime, owner: name, host: 'simulated', pid: 1 }) };
}

/** Does what may fail for reasons of the store's; gives `undefined` where it did. */
export async function attempt<T>(runtime: Runtime, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isKeelsonError(error)) throw error;
    runtime.logger.debug({ error }, 'an attempt failed');
    return undefined;
  }
}

/** Never: for a program that has nothing more to do, but is to stay. */
export const forever = (): Promise<never> => new Promise(() => {});
