import type { AppendRequest, InstallRequest, ReplicaReply } from './log-entry.ts';

/** Fencing tokens are 64-bit; in JSON they travel as decimal strings. */
type Wire<T> = { readonly [K in keyof T]: T[K] extends bigint ? string : T[K] };

export type AppendJson = Wire<AppendRequest>;
export type InstallJson = Wire<InstallRequest>;
export type ReplyJson = { readonly type: ReplicaReply['type']; readonly lastOffset?: number; readonly fence?: string };

export const appendToJson = (request: AppendRequest): AppendJson => ({ ...request, token: String(request.token) });
export const appendFromJson = (json: AppendJson): AppendRequest => ({ ...json, token: BigInt(json.token) });
export const installToJson = (request: InstallRequest): InstallJson => ({ ...request, token: String(request.token) });
export const installFromJson = (json: InstallJson): InstallRequest => ({ ...json, token: BigInt(json.token) });

export function replyToJson(reply: ReplicaReply): ReplyJson {
  return reply.type === 'fenced' ? { type: 'fenced', fence: String(reply.fence) } : reply;
}

export function replyFromJson(json: ReplyJson): ReplicaReply {
  if (json.type === 'fenced') return { type: 'fenced', fence: BigInt(json.fence ?? 0) };
  return json.type === 'done' ? { type: 'done', lastOffset: json.lastOffset ?? 0 } : { type: 'unaligned' };
}
