import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import type { ZooKeeperClient } from './client.ts';
import type { MultiOperation } from './wire/multi.ts';
import type { MultiOutcome } from './wire/requests.ts';

/** What a transaction leaves behind so that its outcome can be asked for. */
export interface TransactionTrace {
  /** A path of a node that is not there and that nobody else uses, such as `/traces/UUID`; its parent must exist. */
  readonly path: string;
}

/** What became of a transaction whose reply was lost. */
export type TransactionOutcome = 'applied' | 'not-applied';

const NOTHING = new Uint8Array();

/**
 * Does all steps or none, as `multi`, and a node more: the trace, which is there exactly if the steps were applied. It is deleted again when the
 * reply comes; where that is lost (`E_OUTCOME_UNKNOWN`), `outcomeOf` tells what happened. The trace is ephemeral: ask within the session.
 *
 * A single create is such a transaction too: `tracedMulti(client, [{ type: 'create', path, data }], trace)`.
 */
export async function tracedMulti(
  client: ZooKeeperClient,
  operations: readonly MultiOperation[],
  trace: TransactionTrace,
  options: CallOptions = {},
): Promise<MultiOutcome> {
  const mark = { type: 'create', path: trace.path, data: NOTHING, mode: 'ephemeral' } as const;
  const { zxid, results } = await client.multi([...operations, mark], options);
  // Nobody asks for it any more; if this is lost too, it goes with the session.
  client.delete(trace.path).catch(() => {});
  return { zxid, results: results.slice(0, -1) };
}

/**
 * Whether the steps of a traced transaction were applied. Certain once it resolves: the request that was on its way is overtaken by nothing that is asked
 * after it on the session's next connection. Waits for that connection. Rejects with `E_SESSION_EXPIRED` where the session, and
 * with it the trace, has ended, and as reads do.
 */
export async function outcomeOf(
  client: ZooKeeperClient,
  trace: TransactionTrace,
  options: CallOptions = {},
): Promise<TransactionOutcome> {
  await client.whenConnected(options);
  const [, found] = await Promise.all([client.catchUp(options), client.exists(trace.path, options)]);
  if (found === undefined) return 'not-applied';
  await client.delete(trace.path, options).catch((error: unknown) => {
    // The answer stands whatever becomes of the trace.
    if (!isKeelsonError(error)) throw error;
  });
  return 'applied';
}
