import { type CallOptions, withDeadline } from '@keelson/runtime';
import { Candidacy, type CandidacyOptions } from './candidacy.ts';
import type { Leadership } from './leadership.ts';

/** What a campaign needs. */
export interface CampaignOptions extends CandidacyOptions, CallOptions {}

/**
 * Stands for election on `path` and resolves once it is won. Whoever creates the ephemeral entry first leads; the others wait
 * by a watch for its end, so a hand-over costs one write and no polling.
 *
 * There is no default time limit: a candidate waits as long as its session lives. Rejects with `E_SESSION_EXPIRED` when that is
 * lost, `E_ABORTED` or `E_TIMEOUT` as the caller asked, `E_CLOSED` when the store is closed. A rejected campaign holds nothing.
 *
 * @example
 * const leadership = await campaign({ store, session, path: '/jobs/leader', value, runtime });
 * while (!leadership.lost.aborted) await doOneJob(leadership.fencingToken, leadership.lost);
 */
export async function campaign(options: CampaignOptions): Promise<Leadership> {
  const { runtime, signal, timeoutMs } = options;
  const run = new Candidacy(options);
  if (timeoutMs === undefined) return await run.until(signal);
  const limits = signal === undefined ? { timeoutMs } : { signal, timeoutMs };
  return await withDeadline(runtime, limits, timeoutMs, (limit) => run.until(limit));
}
