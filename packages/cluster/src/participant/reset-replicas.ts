import { type Runtime, withDeadline } from '@keelson/runtime';
import type { ReplicaTable } from './replica-table.ts';
import type { ResetReason } from './state-model-handler.ts';

const DEFAULT_GRACE_MS = 1_000;

/**
 * Puts every replica back into its initial state and tells its handler. A handler that still runs is waited for `graceMs` milliseconds
 * (default 1,000); after that its reset follows when it has ended, and whatever comes next for the replica waits for both.
 */
export async function resetReplicas(
  replicas: ReplicaTable,
  runtime: Runtime,
  reason: ResetReason,
  graceMs: number = DEFAULT_GRACE_MS,
): Promise<void> {
  await Promise.all(
    replicas.all().map(async (replica) => {
      const { resource, partition, state, handler } = replica;
      replica.running = undefined;
      replica.ownership = undefined;
      replica.state = replica.initialState;
      const tail = replica.tail
        .then(() => handler.reset?.(reason, { resource, partition, state }))
        .catch((error: unknown) => {
          runtime.logger.error({ error, resource, partition }, 'resetting a replica failed');
        });
      replica.tail = tail;
      await withDeadline(runtime, {}, graceMs, () => tail).catch((error: unknown) => {
        runtime.logger.warn({ error, resource, partition }, 'a handler still runs after its session; not waiting');
      });
    }),
  );
}
