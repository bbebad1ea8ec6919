import type { ByteString } from '../kv/backend.ts';
import type { LeaseGrant } from './commit.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import { mvccError } from './mvcc-error.ts';

/** Longest ttl granted, in milliseconds: etcd's bound of 9,000,000,000 seconds. */
export const MAX_LEASE_TTL_MS = 9_000_000_000_000;

interface Lease extends LeaseGrant {
  expiresAtMs: number;
  readonly keys: Set<ByteString>;
}

/** A lease as it stands. Times in milliseconds. */
export interface LeaseStatus {
  readonly id: bigint;
  readonly grantedTtlMs: number;
  readonly remainingTtlMs: number;
  /** Keys attached, in order. */
  readonly keys: readonly ByteString[];
}

/**
 * Leases, what is attached to them and when they end. Time is an argument: whoever calls has the clock. A lease is over at the very
 * instant its ttl has passed, whether or not it has been swept away yet.
 */
export class LeaseTable {
  readonly #leases = new Map<bigint, Lease>();
  /** One item per lease at most. A renewal leaves it where it is; when it comes up too early it is put back. */
  readonly #deadlines = new DeadlineHeap<Lease>();

  get size(): number {
    return this.#leases.size;
  }

  /** When the next lease may end, in monotonic milliseconds; never later than it does. */
  get nextDeadlineMs(): number | undefined {
    return this.#deadlines.nextMs;
  }

  /** Throws `lease-exists` or `lease-ttl-too-large`. */
  grant(grant: LeaseGrant, nowMs: number): void {
    if (this.#leases.has(grant.id)) throw mvccError('lease-exists', { lease: grant.id.toString(16) });
    if (grant.ttlMs > MAX_LEASE_TTL_MS) throw mvccError('lease-ttl-too-large');
    const lease: Lease = { ...grant, expiresAtMs: nowMs + grant.ttlMs, keys: new Set() };
    this.#leases.set(lease.id, lease);
    this.#deadlines.push(lease.expiresAtMs, lease);
  }

  /** Whether the lease is there and not over. */
  isAlive(id: bigint, nowMs: number): boolean {
    const lease = this.#leases.get(id);
    return lease !== undefined && nowMs < lease.expiresAtMs;
  }

  /** Starts the ttl again; gives it, in milliseconds. Throws `lease-not-found`. */
  renew(id: bigint, nowMs: number): number {
    const lease = this.#alive(id, nowMs);
    lease.expiresAtMs = nowMs + lease.ttlMs;
    return lease.ttlMs;
  }

  /** Throws `lease-not-found`. */
  status(id: bigint, nowMs: number): LeaseStatus {
    const lease = this.#alive(id, nowMs);
    const remainingTtlMs = lease.expiresAtMs - nowMs;
    return { id, grantedTtlMs: lease.ttlMs, remainingTtlMs, keys: [...lease.keys].sort() };
  }

  /** Ids of the leases that are not over, in order of granting. */
  ids(nowMs: number): bigint[] {
    return [...this.#leases.values()].filter((lease) => nowMs < lease.expiresAtMs).map((lease) => lease.id);
  }

  /** Moves a key from the lease it was under to another; 0n means none. */
  move(key: ByteString, from: bigint, to: bigint): void {
    if (from === to) return;
    if (from !== 0n) this.#leases.get(from)?.keys.delete(key);
    if (to !== 0n) this.#leases.get(to)?.keys.add(key);
  }

  /** Takes the lease away and gives the keys it leaves behind, in order. Throws `lease-not-found`. */
  remove(id: bigint): readonly ByteString[] {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw mvccError('lease-not-found', { lease: id.toString(16) });
    this.#leases.delete(id);
    return [...lease.keys].sort();
  }

  /** Ids of the leases that are over. Each is given once only: the caller removes them. */
  takeExpired(nowMs: number): bigint[] {
    const expired: bigint[] = [];
    for (let lease = this.#deadlines.popDue(nowMs); lease !== undefined; lease = this.#deadlines.popDue(nowMs)) {
      if (this.#leases.get(lease.id) !== lease) continue;
      if (lease.expiresAtMs > nowMs) this.#deadlines.push(lease.expiresAtMs, lease);
      else expired.push(lease.id);
    }
    return expired;
  }

  #alive(id: bigint, nowMs: number): Lease {
    const lease = this.#leases.get(id);
    if (lease === undefined || nowMs >= lease.expiresAtMs)
      throw mvccError('lease-not-found', { lease: id.toString(16) });
    return lease;
  }
}
