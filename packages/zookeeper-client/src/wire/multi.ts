import { type JuteReader, malformed } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';
import { OpCode } from './op-code.ts';
import { type Acl, OPEN_ACL, readStat, type Stat, writeAcls } from './records.ts';

/** What kind of node a create makes. */
export type CreateMode =
  | 'persistent'
  | 'ephemeral'
  | 'persistent-sequential'
  | 'ephemeral-sequential'
  /** Deleted by the server some time after its last child has gone. */
  | 'container'
  /** Deleted by the server when it has neither been written nor had children for `ttlMs`. */
  | 'ttl'
  | 'ttl-sequential';

const modeFlags: Readonly<Record<CreateMode, number>> = {
  persistent: 0,
  ephemeral: 1,
  'persistent-sequential': 2,
  'ephemeral-sequential': 3,
  container: 4,
  ttl: 5,
  'ttl-sequential': 6,
};

/** What a create writes. */
export interface CreateOperation {
  readonly type: 'create';
  readonly path: string;
  readonly data: Uint8Array;
  /** Default `persistent`. */
  readonly mode?: CreateMode;
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[];
  /** With mode `ttl` and `ttl-sequential`. */
  readonly ttlMs?: number;
}

/** One step of a multi. `version` −1 or absent: whatever version there is. */
export type MultiOperation =
  | CreateOperation
  | { readonly type: 'delete'; readonly path: string; readonly version?: number }
  | { readonly type: 'set'; readonly path: string; readonly data: Uint8Array; readonly version?: number }
  /** The node exists, in this version. */
  | { readonly type: 'check'; readonly path: string; readonly version?: number };

/** What became of one step. */
export type MultiResult =
  | { readonly type: 'created'; readonly path: string }
  | { readonly type: 'deleted' }
  | { readonly type: 'set'; readonly stat: Stat }
  | { readonly type: 'checked' }
  /** Its own code where it was the one that failed, 0 before it, −2 (not tried) after it. */
  | { readonly type: 'error'; readonly zookeeperCode: number };

/** One step of a multi-read. */
export type ReadOperation =
  | { readonly type: 'get'; readonly path: string }
  | { readonly type: 'children'; readonly path: string };

/** What one step of a multi-read found. */
export type ReadResult =
  | { readonly type: 'data'; readonly data: Uint8Array; readonly stat: Stat }
  | { readonly type: 'children'; readonly names: readonly string[] }
  | { readonly type: 'error'; readonly zookeeperCode: number };

/** The request type of a create. */
export function createCode(operation: CreateOperation): number {
  if (operation.mode === 'container') return OpCode.createContainer;
  return operation.mode === 'ttl' || operation.mode === 'ttl-sequential' ? OpCode.createTtl : OpCode.create2;
}

/** Writes a create without its header. */
export function writeCreate(writer: JuteWriter, operation: CreateOperation): void {
  writer.text(operation.path);
  writer.bytes(operation.data);
  writeAcls(writer, operation.acl ?? OPEN_ACL);
  writer.int(modeFlags[operation.mode ?? 'persistent']);
  if (createCode(operation) === OpCode.createTtl) writer.long(BigInt(operation.ttlMs ?? 0));
}

function writeHeader(writer: JuteWriter, type: number, done: boolean): void {
  writer.int(type);
  writer.bool(done);
  writer.int(-1);
}

/** Writes the steps of a multi. */
export function writeMulti(writer: JuteWriter, operations: readonly MultiOperation[]): void {
  for (const operation of operations) writeStep(writer, operation);
  writeHeader(writer, -1, true);
}

function writeStep(writer: JuteWriter, operation: MultiOperation): void {
  if (operation.type === 'create') {
    // In a multi the newer create gives no more than the older one, which is what Java's client sends.
    const code = createCode(operation);
    writeHeader(writer, code === OpCode.create2 ? OpCode.create : code, false);
    writeCreate(writer, operation);
    return;
  }
  const codes = { delete: OpCode.delete, set: OpCode.setData, check: OpCode.check } as const;
  writeHeader(writer, codes[operation.type], false);
  writer.text(operation.path);
  if (operation.type === 'set') writer.bytes(operation.data);
  writer.int(operation.version ?? -1);
}

/** Writes the steps of a multi-read. */
export function writeMultiRead(writer: JuteWriter, operations: readonly ReadOperation[]): void {
  for (const { type, path } of operations) {
    writeHeader(writer, type === 'get' ? OpCode.getData : OpCode.getChildren, false);
    writer.text(path);
    writer.bool(false);
  }
  writeHeader(writer, -1, true);
}

/** Reads what a multi answers; a result for each step. */
export function readMulti(reader: JuteReader): MultiResult[] {
  return readResults(reader, (type): MultiResult => {
    if (type === OpCode.create) return { type: 'created', path: reader.text() };
    if (type === OpCode.create2 || type === OpCode.createContainer || type === OpCode.createTtl) {
      const path = reader.text();
      readStat(reader);
      return { type: 'created', path };
    }
    if (type === OpCode.setData) return { type: 'set', stat: readStat(reader) };
    if (type === OpCode.delete) return { type: 'deleted' };
    if (type === OpCode.check) return { type: 'checked' };
    throw malformed(`a result of type ${type} in a multi`);
  });
}

/** Reads what a multi-read answers; a result for each step. */
export function readMultiRead(reader: JuteReader): ReadResult[] {
  return readResults(reader, (type): ReadResult => {
    if (type === OpCode.getData) return { type: 'data', data: reader.bytes(), stat: readStat(reader) };
    if (type === OpCode.getChildren) return { type: 'children', names: reader.vector(() => reader.text()) };
    throw malformed(`a result of type ${type} in a multi-read`);
  });
}

function readResults<T>(
  reader: JuteReader,
  read: (type: number) => T,
): (T | { readonly type: 'error'; readonly zookeeperCode: number })[] {
  const results: (T | { readonly type: 'error'; readonly zookeeperCode: number })[] = [];
  for (;;) {
    const type = reader.int();
    const done = reader.bool();
    reader.int();
    if (done) return results;
    results.push(type === OpCode.error ? { type: 'error', zookeeperCode: reader.int() } : read(type));
  }
}
