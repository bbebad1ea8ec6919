import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';

/** What ZooKeeper knows of a node besides its data. */
export interface Stat {
  /** Transaction that created this incarnation of the node. */
  readonly czxid: bigint;
  /** Transaction that wrote its data last. */
  readonly mzxid: bigint;
  /** Transaction that created or deleted a child of it last. */
  readonly pzxid: bigint;
  /** Milliseconds since the Unix epoch, by the leader's clock. */
  readonly ctimeMs: number;
  /** Milliseconds since the Unix epoch, by the leader's clock. */
  readonly mtimeMs: number;
  /** Writes of its data since it was created; 0 as created. */
  readonly version: number;
  /** Creations and deletions of children so far. */
  readonly cversion: number;
  /** Writes of its access list. */
  readonly aversion: number;
  /** Id of the session it goes with; 0 for none. Containers and nodes with a ttl have marks here: see `sessionOwner`. */
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
}

/** The session a node goes with; `undefined` for every other kind of node, containers and those with a ttl included. */
export function sessionOwner(stat: Pick<Stat, 'ephemeralOwner'>): bigint | undefined {
  const { ephemeralOwner } = stat;
  if (ephemeralOwner === 0n || ephemeralOwner === CONTAINER_OWNER) return undefined;
  // A ttl is kept in the same field, under a first byte that no server's session ids begin with.
  return BigInt.asUintN(64, ephemeralOwner) >> 56n === 0xffn ? undefined : ephemeralOwner;
}

const CONTAINER_OWNER = -(2n ** 63n);

/** What a caller may do with a node, as bits of an access list's entry. */
export const Permission = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const;

/** One entry of an access list. */
export interface Acl {
  /** Sum of `Permission` bits. */
  readonly permissions: number;
  /** `world`, `auth`, `digest`, `ip`, `sasl`, `x509`. */
  readonly scheme: string;
  readonly id: string;
}

/** Everybody may do everything: ZooKeeper's default. */
export const OPEN_ACL: readonly Acl[] = [{ permissions: Permission.all, scheme: 'world', id: 'anyone' }];

/** Who the server takes a session for, under one scheme. */
export interface ClientIdentity {
  readonly scheme: string;
  readonly user: string;
}

/** Reads a node's metadata. */
export function readStat(reader: JuteReader): Stat {
  const czxid = reader.long();
  const mzxid = reader.long();
  const ctimeMs = reader.longAsNumber();
  const mtimeMs = reader.longAsNumber();
  const version = reader.int();
  const cversion = reader.int();
  const aversion = reader.int();
  const ephemeralOwner = reader.long();
  const dataLength = reader.int();
  const numChildren = reader.int();
  const pzxid = reader.long();
  return {
    czxid,
    mzxid,
    pzxid,
    ctimeMs,
    mtimeMs,
    version,
    cversion,
    aversion,
    ephemeralOwner,
    dataLength,
    numChildren,
  };
}

/** Writes an access list. */
export function writeAcls(writer: JuteWriter, acls: readonly Acl[]): void {
  writer.vector(acls, (acl) => {
    writer.int(acl.permissions);
    writer.text(acl.scheme);
    writer.text(acl.id);
  });
}

/** Reads an access list. */
export function readAcls(reader: JuteReader): Acl[] {
  return reader.vector(() => ({ permissions: reader.int(), scheme: reader.text(), id: reader.text() }));
}

/** What begins a connection. Of session 0 and no password: a new session. */
export interface ConnectRequest {
  readonly lastZxidSeen: bigint;
  readonly timeoutMs: number;
  readonly sessionId: bigint;
  readonly password: Uint8Array;
}

/** What the server answers it with. */
export interface ConnectResponse {
  /** 0 or less: the session has expired. */
  readonly timeoutMs: number;
  readonly sessionId: bigint;
  readonly password: Uint8Array;
  /** The server has lost the quorum and only reads. */
  readonly readOnly: boolean;
}

/** Writes the first request of a connection. */
export function writeConnectRequest(writer: JuteWriter, request: ConnectRequest): void {
  writer.int(0);
  writer.long(request.lastZxidSeen);
  writer.int(request.timeoutMs);
  writer.long(request.sessionId);
  writer.bytes(request.password);
  // Never content with a server that cannot write.
  writer.bool(false);
}

/** Reads the first answer of a connection. */
export function readConnectResponse(reader: JuteReader): ConnectResponse {
  reader.int();
  const timeoutMs = reader.int();
  const sessionId = reader.long();
  const password = reader.bytes();
  const readOnly = reader.leftBytes > 0 && reader.bool();
  return { timeoutMs, sessionId, password, readOnly };
}

/** What a watch tells. */
export type WatchEventType = 'created' | 'deleted' | 'data-changed' | 'children-changed' | 'watch-removed';

/** A change of a node that was watched. */
export interface NodeEvent {
  readonly type: WatchEventType;
  readonly path: string;
  /** The transaction, where the server says so (3.9 on). */
  readonly zxid: bigint | undefined;
}

const eventTypes: ReadonlyMap<number, WatchEventType> = new Map([
  [1, 'created'],
  [2, 'deleted'],
  [3, 'data-changed'],
  [4, 'children-changed'],
  [5, 'watch-removed'],
  [6, 'watch-removed'],
  [7, 'watch-removed'],
]);

/** Reads a notification; `undefined` for one that is about the connection, which the client knows better. */
export function readNodeEvent(reader: JuteReader, zxid: bigint): NodeEvent | undefined {
  const type = eventTypes.get(reader.int());
  reader.int();
  const path = reader.text();
  return type === undefined ? undefined : { type, path, zxid: zxid > 0n ? zxid : undefined };
}
