import type { Barrier, BarrierPass } from '@keelson/coordination';
import { isKeelsonError } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { type ClientContext, everySoOften } from './context.ts';

/** How often a client goes to the barrier, in milliseconds. */
const MEET_MS = 2_000;

/** Goes to the barrier with the others as long as the session lives: enters, and leaves when they do. */
export async function meetAtBarrier(
  context: ClientContext,
  session: Session,
  barrier: Barrier,
  ttlMs: number,
): Promise<void> {
  const { client, resource, stopping, say } = context;
  const once = async (): Promise<void> => {
    const limits = { signal: stopping, timeoutMs: 4 * ttlMs };
    let pass: BarrierPass | undefined;
    try {
      say({ say: 'enters', client, at: resource.nowMs() });
      pass = await barrier.enter(limits);
      const round = String(pass.round);
      say({ say: 'passed', client, at: resource.nowMs(), round });
      const at = resource.nowMs();
      if (!pass.lost.aborted) say({ say: 'leaves', client, at, round });
      await pass.leave(limits);
      say({ say: 'through', client, at: resource.nowMs(), round });
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
      say({ say: 'gone', client, at: resource.nowMs(), lost: session.lost.aborted });
    }
  };
  await everySoOften(context, MEET_MS, once, session.lost);
}
