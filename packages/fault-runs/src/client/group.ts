import { type Coordination, type MemberEvent, watchMembers, watchSuspicion } from '@keelson/coordination';
import { isKeelsonError, sleep } from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { type ClientContext, everySoOften } from './context.ts';

/** The group that all clients are members of. */
export const CREW = 'crew';

/** How often members write a heartbeat, in milliseconds. */
export const HEARTBEAT_MS = 1_000;

/** How often a member does something as such, in milliseconds. */
const ACT_MS = 600;

/** Is a member under a name of its own as long as the session lives, and says so from time to time. */
export async function stayMember(
  context: ClientContext,
  session: Session,
  recipes: Coordination,
  name: string,
): Promise<void> {
  const { client, resource, stopping, say } = context;
  const once = async (): Promise<void> => {
    try {
      const membership = await recipes.group(CREW).join(name, { heartbeatMs: HEARTBEAT_MS, signal: stopping });
      const token = String(membership.fencingToken);
      say({ say: 'owns', client, thing: name, token, at: resource.nowMs() });
      const act = (): Promise<void> => {
        const at = resource.nowMs();
        if (!membership.lost.aborted) say({ say: 'acts', client, thing: name, token, at });
        return Promise.resolve();
      };
      await everySoOften(context, ACT_MS, act, membership.lost);
      const at = resource.nowMs();
      say({ say: membership.lost.aborted ? 'gave-up' : 'gives-up', client, thing: name, token, at });
      await membership.leave({ timeoutMs: 2_000 }).catch(() => {}); // goes with the session
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
    }
  };
  await everySoOften(context, ACT_MS, once, session.lost);
}

/** Watches the group and says what it sees until `ended` trips. */
export async function observeCrew(context: ClientContext, store: Store, ended: AbortSignal): Promise<void> {
  const { client, resource, say } = context;
  const tell = (
    event: 'there' | 'joined' | 'left',
    member: { readonly name: string; readonly incarnation: bigint },
    cause?: 'left' | 'failed' | 'unknown',
  ): void => {
    const line = { say: 'observed', client, at: resource.nowMs(), event, member: member.name } as const;
    say({ ...line, token: String(member.incarnation), ...(cause === undefined ? {} : { cause }) });
  };
  const heard = (event: MemberEvent): void => {
    if (event.type === 'snapshot') {
      for (const member of event.members) tell('there', member);
      say({ say: 'looks', client, at: resource.nowMs() });
    } else if (event.type === 'joined') tell('joined', event.member);
    else if (event.type === 'left') tell('left', event.member, event.cause);
    else if (event.type === 'interrupted') say({ say: 'blind', client, at: resource.nowMs() });
  };
  for await (const event of watchMembers(CREW, { store, signal: ended })) heard(event);
}

/** Watches the heartbeats and says whom it suspects until `ended` trips. */
export async function suspectCrew(
  context: ClientContext,
  store: Store,
  self: string,
  ended: AbortSignal,
): Promise<void> {
  const { client, resource, runtime, say } = context;
  while (!ended.aborted) {
    const reports = watchSuspicion(CREW, { store, runtime, heartbeatMs: HEARTBEAT_MS, self, signal: ended });
    try {
      for await (const report of reports) {
        const at = resource.nowMs();
        if (report.type === 'suspected') say({ say: 'suspects', client, at, member: report.peer });
        if (report.type === 'cleared') say({ say: 'clears', client, at, member: report.peer });
      }
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
      await sleep(runtime, HEARTBEAT_MS, { signal: ended }).catch(() => {});
    }
  }
}
