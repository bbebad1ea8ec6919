import type { KeyRange, KeyValue, KvCompare, KvOperation, RangeRequest } from '../src/kv/backend.ts';
import type { MvccOperationResult } from '../src/mvcc/operation-result.ts';
import { bytes, text } from './operations.ts';

/** One write, as the naive reference keeps it: a list of all of them, searched from the start each time. */
interface Row {
  readonly main: number;
  readonly sub: number;
  readonly deleted: boolean;
  readonly kv: KeyValue;
}

const inRange = ({ key, end }: KeyRange, candidate: string): boolean =>
  end === undefined || end === '' ? candidate === key : candidate >= key && (end === '\0' || candidate < end);

/** The etcd model in the plainest words. It shares no code with the engine. */
export class NaiveStore {
  rows: Row[] = [];
  revision = 1;
  compacted = -1;
  leases = new Map<bigint, number>();

  at(revision: number): KeyValue[] {
    const state = new Map<string, KeyValue>();
    for (const row of this.rows) {
      if (row.main > revision) break;
      if (row.deleted) state.delete(row.kv.key);
      else state.set(row.kv.key, row.kv);
    }
    return [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  range(request: RangeRequest, now: number): { kvs: KeyValue[]; count: number; more: boolean; revision: bigint } {
    const asked = Number(request.revision ?? 0n);
    if (asked > now) throw new Error('future-revision');
    if (asked > 0 && asked < this.compacted) throw new Error('compacted');
    const all = this.at(asked > 0 ? asked : now).filter((kv) => inRange(request, kv.key));
    let kvs = all.filter(
      (kv) =>
        kv.modRevision >= (request.minModRevision ?? 0n) &&
        kv.createRevision <= (request.maxCreateRevision || 1n << 62n),
    );
    const { sortTarget = 'key', sortOrder = 'none', limit = 0 } = request;
    const rank = (kv: KeyValue): string | bigint =>
      sortTarget === 'mod' ? kv.modRevision : sortTarget === 'value' ? text(kv.value) : kv.key;
    // Equal ones keep the order of their keys in both directions, as etcd's sort of short lists does.
    const sign = sortOrder === 'descend' ? -1 : 1;
    kvs.sort((a, b) => (rank(a) < rank(b) ? -sign : rank(a) > rank(b) ? sign : 0));
    const more = limit > 0 && kvs.length > limit;
    if (more) kvs = kvs.slice(0, limit);
    if (request.countOnly) kvs = [];
    return { kvs, count: all.length, more: request.countOnly ? false : more, revision: BigInt(now) };
  }

  run(operation: KvOperation, state: { main: number; subs: number }): MvccOperationResult {
    const now = (): number => (state.subs === 0 ? this.revision : state.main);
    switch (operation.type) {
      case 'range':
        return { type: 'range', result: this.range(operation.request, now()) };
      case 'put': {
        const before = this.at(now()).find((kv) => kv.key === operation.key);
        const kv: KeyValue = {
          key: operation.key,
          value: operation.ignoreValue ? (before?.value ?? bytes('')) : operation.value,
          createRevision: before?.createRevision ?? BigInt(state.main),
          modRevision: BigInt(state.main),
          version: (before?.version ?? 0) + 1,
          lease: operation.ignoreLease ? (before?.lease ?? 0n) : (operation.lease ?? 0n),
        };
        this.rows.push({ main: state.main, sub: state.subs++, deleted: false, kv });
        const revision = BigInt(state.main);
        return operation.prevKv && before ? { type: 'put', prevKv: before, revision } : { type: 'put', revision };
      }
      case 'delete-range': {
        const found = this.at(now()).filter((kv) => inRange(operation.range, kv.key));
        for (const kv of found) this.rows.push({ main: state.main, sub: state.subs++, deleted: true, kv });
        const prevKvs = operation.prevKv ? found : [];
        return { type: 'delete-range', deleted: found.length, prevKvs, revision: BigInt(now()) };
      }
      case 'txn': {
        const succeeded = operation.request.compare.every((compare) => this.holds(compare));
        const branch = succeeded ? operation.request.success : operation.request.failure;
        const results = branch.map((inner) => this.run(inner, state));
        return { type: 'txn', result: { succeeded, results, revision: BigInt(now()) } };
      }
    }
  }

  holds(compare: KvCompare): boolean {
    const found = this.at(this.revision).filter((kv) => inRange(compare, kv.key));
    if (found.length === 0 && compare.target === 'value') return false;
    const empty = { version: 0, createRevision: 0n, modRevision: 0n, lease: 0n, value: bytes('') };
    return (found.length === 0 ? [empty] : found).every((kv) => {
      const numbers = {
        version: BigInt(kv.version),
        create: kv.createRevision,
        mod: kv.modRevision,
        lease: kv.lease,
      };
      const [a, b] =
        compare.target === 'value'
          ? [text(kv.value), text(compare.operand as Uint8Array)]
          : [numbers[compare.target], compare.operand as bigint];
      return { equal: a === b, 'not-equal': a !== b, greater: a > b, less: a < b }[compare.result];
    });
  }

  execute(operation: KvOperation): MvccOperationResult {
    const state = { main: this.revision + 1, subs: 0 };
    const result = this.run(operation, state);
    if (state.subs > 0) this.revision = state.main;
    return result;
  }
}
