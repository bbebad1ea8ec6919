import type { Entry, StorePath } from '../port.ts';
import type { KeyValue } from './backend.ts';

/** A lease id as the port writes it: lower-case hex of its 64 bits. */
export function ownerOfLease(lease: bigint): string {
  return BigInt.asUintN(64, lease).toString(16);
}

/** The lease id behind a session id of this engine; `undefined` where it is none. */
export function leaseOfOwner(owner: string): bigint | undefined {
  return /^[0-9a-f]{1,16}$/.test(owner) ? BigInt.asIntN(64, BigInt(`0x${owner}`)) : undefined;
}

/** The port's view of a key. The value is a copy: an engine in this process must not hand out its own bytes. */
export function entryOf(path: StorePath, kv: KeyValue): Entry {
  const entry: Entry = {
    path,
    value: new Uint8Array(kv.value),
    createRevision: kv.createRevision,
    modifyRevision: kv.modRevision,
    version: kv.version,
  };
  return kv.lease === 0n ? entry : { ...entry, owner: ownerOfLease(kv.lease) };
}
