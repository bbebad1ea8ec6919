import type { Request } from '../connection/request-pipe.ts';
import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import {
  type CreateOperation,
  createCode,
  type MultiOperation,
  type MultiResult,
  type ReadOperation,
  type ReadResult,
  readMulti,
  readMultiRead,
  writeCreate,
  writeMulti,
  writeMultiRead,
} from './multi.ts';
import { OpCode } from './op-code.ts';
import { type Acl, type ClientIdentity, readAcls, readStat, type Stat, writeAcls } from './records.ts';

/** A node's data and metadata. */
export interface NodeData {
  readonly data: Uint8Array;
  readonly stat: Stat;
}

/** A node's children, in no order, and its metadata. */
export interface NodeChildren {
  readonly names: readonly string[];
  readonly stat: Stat;
}

/** Where a node was created. */
export interface CreatedNode {
  readonly path: string;
  readonly stat: Stat;
}

/** What a multi did. */
export interface MultiOutcome {
  /** The one transaction of all its writes. */
  readonly zxid: bigint;
  readonly results: readonly MultiResult[];
}

type Replied = ((code: number) => void) | undefined;

const nothing = (): void => {};

const writePath =
  (path: string, watch: boolean) =>
  (writer: JuteWriter): void => {
    writer.text(path);
    writer.bool(watch);
  };

/** A read that may set a one-shot watch. */
function readRequest<T>(
  name: string,
  code: number,
  path: string,
  replied: Replied,
  read: (reader: JuteReader) => T,
): Request<T> {
  return { name, code, path, changes: false, write: writePath(path, replied !== undefined), read, replied };
}

/** Data and metadata. */
export function getRequest(path: string, replied?: Replied): Request<NodeData> {
  return readRequest('getData', OpCode.getData, path, replied, (reader) => ({
    data: reader.bytes(),
    stat: readStat(reader),
  }));
}

/** Metadata. */
export function existsRequest(path: string, replied?: Replied): Request<Stat> {
  return readRequest('exists', OpCode.exists, path, replied, readStat);
}

/** Children and metadata. */
export function childrenRequest(path: string, replied?: Replied): Request<NodeChildren> {
  return readRequest('getChildren', OpCode.getChildren2, path, replied, (reader) => ({
    names: reader.vector(() => reader.text()),
    stat: readStat(reader),
  }));
}

/** Creates a node of any kind. */
export function createRequest(operation: CreateOperation): Request<CreatedNode> {
  return {
    name: 'create',
    code: createCode(operation),
    path: operation.path,
    changes: true,
    write: (writer) => writeCreate(writer, operation),
    read: (reader) => ({ path: reader.text(), stat: readStat(reader) }),
  };
}

/** Writes a node's data. `version` −1: any. */
export function setRequest(path: string, data: Uint8Array, version: number): Request<Stat> {
  return {
    name: 'setData',
    code: OpCode.setData,
    path,
    changes: true,
    write: (writer) => {
      writer.text(path);
      writer.bytes(data);
      writer.int(version);
    },
    read: readStat,
  };
}

/** Deletes a node; gives the transaction. `version` −1: any. */
export function deleteRequest(path: string, version: number): Request<bigint> {
  return {
    name: 'delete',
    code: OpCode.delete,
    path,
    changes: true,
    write: (writer) => {
      writer.text(path);
      writer.int(version);
    },
    read: (_reader, zxid) => zxid,
  };
}

/** Brings the server up to what its leader has committed; gives the transaction that it has reached. */
export function syncRequest(path: string): Request<bigint> {
  return {
    name: 'sync',
    code: OpCode.sync,
    path,
    changes: false,
    write: (writer) => writer.text(path),
    read: (_reader, zxid) => zxid,
  };
}

/** All steps or none. */
export function multiRequest(operations: readonly MultiOperation[]): Request<MultiOutcome> {
  return {
    name: 'multi',
    code: OpCode.multi,
    ...(operations[0] === undefined ? {} : { path: operations[0].path }),
    changes: true,
    write: (writer) => writeMulti(writer, operations),
    read: (reader, zxid) => ({ zxid, results: readMulti(reader) }),
  };
}

/** A place in the order of writes that changes nothing, whatever becomes of it: nobody needs to know whether it was taken. Gives its transaction. */
export function placeRequest(path: string): Request<bigint> {
  return {
    name: 'check',
    code: OpCode.multi,
    path,
    changes: false,
    write: (writer) => writeMulti(writer, [{ type: 'check', path }]),
    read: (_reader, zxid) => zxid,
  };
}

/** Several reads in one request. */
export function multiReadRequest(operations: readonly ReadOperation[]): Request<readonly ReadResult[]> {
  return {
    name: 'multiRead',
    code: OpCode.multiRead,
    changes: false,
    write: (writer) => writeMultiRead(writer, operations),
    read: readMultiRead,
  };
}

/** A watch that goes on. */
export function addWatchRequest(path: string, recursive: boolean): Request<void> {
  return {
    name: 'addWatch',
    code: OpCode.addWatch,
    path,
    changes: false,
    write: (writer) => {
      writer.text(path);
      writer.int(recursive ? 1 : 0);
    },
    read: nothing,
  };
}

/** Removes every watch of this session on a path. */
export function removeWatchesRequest(path: string): Request<void> {
  const ANY = 3;
  return {
    name: 'removeWatches',
    code: OpCode.removeWatches,
    path,
    changes: false,
    write: (writer) => {
      writer.text(path);
      writer.int(ANY);
    },
    read: nothing,
  };
}

/** Paths of this session's ephemeral nodes below a path. */
export function ephemeralsRequest(prefix: string): Request<readonly string[]> {
  return {
    name: 'getEphemerals',
    code: OpCode.getEphemerals,
    path: prefix,
    changes: false,
    write: (writer) => writer.text(prefix),
    read: (reader) => reader.vector(() => reader.text()),
  };
}

/** How many nodes lie below a path. */
export function childrenNumberRequest(path: string): Request<number> {
  return {
    name: 'getAllChildrenNumber',
    code: OpCode.getAllChildrenNumber,
    path,
    changes: false,
    write: (writer) => writer.text(path),
    read: (reader) => reader.int(),
  };
}

/** A node's access list. */
export function getAclRequest(path: string): Request<{ readonly acl: readonly Acl[]; readonly stat: Stat }> {
  return {
    name: 'getACL',
    code: OpCode.getAcl,
    path,
    changes: false,
    write: (writer) => writer.text(path),
    read: (reader) => ({ acl: readAcls(reader), stat: readStat(reader) }),
  };
}

/** Replaces a node's access list. `version` is the access list's; −1: any. */
export function setAclRequest(path: string, acl: readonly Acl[], version: number): Request<Stat> {
  return {
    name: 'setACL',
    code: OpCode.setAcl,
    path,
    changes: true,
    write: (writer) => {
      writer.text(path);
      writeAcls(writer, acl);
      writer.int(version);
    },
    read: readStat,
  };
}

/** Who the server takes this session for. */
export function whoAmIRequest(): Request<readonly ClientIdentity[]> {
  return {
    name: 'whoAmI',
    code: OpCode.whoAmI,
    changes: false,
    read: (reader) => reader.vector(() => ({ scheme: reader.text(), user: reader.text() })),
  };
}
