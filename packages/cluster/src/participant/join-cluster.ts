import { withDeadline } from '@keelson/runtime';
import { assertName } from '../model/index.ts';
import { ClusterParticipant } from './cluster-participant.ts';
import type { JoinOptions } from './join-options.ts';
import type { Participant } from './participant.ts';

const JOIN_TIMEOUT_MS = 60_000;

/**
 * Joins `cluster` as `instance` and takes part until `close`. Resolves once the instance is live. When the session is lost all
 * ownership ends at once, the replicas are reset, and the instance joins again under a new session by itself.
 *
 * Default time limit for the first join 60 s. Rejects with `E_NOT_FOUND` (no such cluster or instance), `E_ALREADY_EXISTS` (live in
 * another process), `E_UNAVAILABLE`, `E_TIMEOUT`, `E_ABORTED`.
 *
 * @example
 * const participant = await joinCluster({
 *   store, cluster: 'shop', instance: 'worker-1', sessionTtlMs: 5_000, autoJoin: true,
 *   stateModels: { MasterSlave: { async transition({ partition, to }) { console.log(partition, to); } } },
 * });
 */
export async function joinCluster(options: JoinOptions): Promise<Participant> {
  assertName('instance', options.instance);
  const participant = new ClusterParticipant(options);
  try {
    await withDeadline(participant.runtime, options, JOIN_TIMEOUT_MS, (signal) => participant.begin(signal));
    return participant;
  } catch (error) {
    await participant.close();
    throw error;
  }
}
