import {
  type CompactionRequest,
  type Compare,
  CompareResult,
  CompareTarget,
  type DeleteRangeRequest,
  type Init,
  kvService,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  SortOrder,
  SortTarget,
  type TxnRequest,
} from '@keelson/etcd-protocol';
import type { Probe, Scenario } from './probe.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const put = (key: string, value: string, more: Init<PutRequest> = {}): Init<RequestOp> => ({
  requestPut: { key, value: bytes(value), ...more },
});
const range = (key: string, more: Init<RangeRequest> = {}): Init<RequestOp> => ({ requestRange: { key, ...more } });
const remove = (key: string, more: Init<DeleteRangeRequest> = {}): Init<RequestOp> => ({
  requestDeleteRange: { key, ...more },
});

/** Eight keys with differing versions, creation orders and values; `gone` was deleted, `back` deleted and made again. */
async function populate(probe: Probe): Promise<void> {
  for (const key of ['d', 'b', 'gone', 'a', 'back', 'c']) await probe.put(key, `first ${key}`);
  for (const key of ['b', 'c', 'b']) await probe.put(key, `later ${key}`);
  for (const key of ['gone', 'back']) await probe.connection.unary(kvService.deleteRange, { key });
  await probe.put('back', 'again');
  await probe.put('a\0', 'after a');
  await probe.put('\xff', 'high');
}

const ranges: readonly (readonly [string, string])[] = [
  ['a', ''],
  ['gone', ''],
  ['absent', ''],
  ['a', 'c'],
  ['a', 'a\0'],
  ['c', 'a'],
  ['b', 'b'],
  ['\0', '\0'],
  ['b', '\0'],
  ['', 'b'],
  ['', ''],
];

/** Runs one request per variant of each of `groups`, in all combinations. */
function combinations(groups: readonly (readonly Init<RangeRequest>[])[]): Init<RangeRequest>[] {
  return groups.reduce<Init<RangeRequest>[]>(
    (all, group) => all.flatMap((one) => group.map((more) => ({ ...one, ...more }))),
    [{}],
  );
}

const inJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));

async function rangeAll(probe: Probe, requests: readonly Init<RangeRequest>[]): Promise<void> {
  for (const request of requests) await probe.call(`range ${inJson(request)}`, kvService.range, request);
}

async function putAll(probe: Probe, requests: readonly Init<PutRequest>[]): Promise<void> {
  for (const request of requests) await probe.call(`put ${inJson(request).slice(0, 120)}`, kvService.put, request);
}

async function txn(probe: Probe, step: string, request: Init<TxnRequest>): Promise<void> {
  await probe.call(step, kvService.txn, request);
  await probe.call(`${step}: what it left`, kvService.range, { key: '\0', rangeEnd: '\0' });
}

const rangeScenarios: readonly Scenario[] = [
  {
    name: 'range: every interval with limit, keysOnly, countOnly and serializable',
    run: async (probe) => {
      await populate(probe);
      const intervals = ranges.map(([key, rangeEnd]) => ({ key, rangeEnd }));
      const limits = [{}, { limit: 1 }, { limit: 3 }, { limit: -1 }, { limit: 2, serializable: true }];
      const shapes = [{}, { keysOnly: true }, { countOnly: true }];
      await rangeAll(probe, combinations([intervals, limits, shapes]));
    },
  },
  {
    name: 'range: every sort target and order, unknown ones too',
    run: async (probe) => {
      await populate(probe);
      const targets = [...Object.values(SortTarget), 5, -1].map((sortTarget) => ({ sortTarget }));
      const orders = [...Object.values(SortOrder), 3, -1].map((sortOrder) => ({ sortOrder }));
      const limits = [{}, { limit: 2 }, { limit: 2, keysOnly: true }];
      await rangeAll(probe, combinations([[{ key: '\0', rangeEnd: '\0' }], targets, orders, limits]));
    },
  },
  {
    name: 'range: revision bounds, alone and together, with limits',
    run: async (probe) => {
      await populate(probe);
      const at = (offset: bigint): bigint => probe.base + offset;
      const bounds = [at(1n), at(4n), at(9n), at(100n), -1n];
      const filters: Init<RangeRequest>[] = [
        ...bounds.map((minModRevision) => ({ minModRevision })),
        ...bounds.map((maxModRevision) => ({ maxModRevision })),
        ...bounds.map((minCreateRevision) => ({ minCreateRevision })),
        ...bounds.map((maxCreateRevision) => ({ maxCreateRevision })),
        { minModRevision: at(4n), maxCreateRevision: at(5n) },
      ];
      const shapes = [{}, { limit: 1 }, { countOnly: true }, { limit: 2, sortTarget: SortTarget.mod }];
      await rangeAll(probe, combinations([[{ key: '\0', rangeEnd: '\0' }], filters, shapes]));
    },
  },
  {
    name: 'range: past revisions, the present, the future',
    run: async (probe) => {
      await populate(probe);
      const revisions = [-1n, 0n, 1n, 2n, 5n, 9n, 10n, 14n, 15n, 1000n].map((offset) => ({
        revision: offset <= 0n ? offset : probe.base + offset,
      }));
      const intervals = [{ key: 'b' }, { key: 'gone' }, { key: 'back' }, { key: '\0', rangeEnd: '\0' }];
      await rangeAll(probe, combinations([intervals, revisions, [{}, { countOnly: true }, { limit: 1 }]]));
    },
  },
];

const writeScenarios: readonly Scenario[] = [
  {
    name: 'put: options and what they refuse',
    run: async (probe) => {
      await populate(probe);
      await putAll(probe, [
        { key: 'new', value: bytes('1') },
        { key: 'new', value: bytes('2'), prevKv: true },
        { key: 'fresh', value: bytes('1'), prevKv: true },
        { key: 'empty' },
        { key: '', value: bytes('x') },
        { key: 'new', ignoreValue: true, prevKv: true },
        { key: 'new', ignoreValue: true, value: bytes('x') },
        { key: 'absent', ignoreValue: true },
        { key: 'absent', ignoreLease: true },
        { key: 'new', ignoreLease: true, value: bytes('3') },
        { key: 'new', ignoreLease: true, lease: 7n },
        { key: 'new', ignoreLease: true, ignoreValue: true },
        { key: 'new', lease: 12_345n, value: bytes('x') },
        { key: '', ignoreValue: true, value: bytes('x') },
        { key: 'bin\0ary\xff', value: bytes('\0\xff') },
      ]);
      await probe.call('all', kvService.range, { key: '\0', rangeEnd: '\0' });
    },
  },
  {
    name: 'put: size limits',
    run: async (probe) => {
      const limit = 1_572_864;
      for (const size of [limit - 100, limit - 10, limit, limit + 100, limit + 600_000]) {
        await probe.call(`put ${size} bytes`, kvService.put, { key: 'large', value: new Uint8Array(size) });
      }
      await probe.call('count', kvService.range, { key: 'large', keysOnly: true });
    },
  },
  {
    name: 'delete: intervals and prevKv',
    run: async (probe) => {
      for (const [key, rangeEnd] of ranges) {
        for (const prevKv of [false, true]) {
          await populate(probe);
          await probe.call(`delete ${inJson({ key, rangeEnd, prevKv })}`, kvService.deleteRange, {
            key,
            rangeEnd,
            prevKv,
          });
          await probe.call('left', kvService.range, { key: '\0', rangeEnd: '\0', keysOnly: true });
        }
      }
    },
  },
];

const compareOf = (more: Init<Compare>): Init<Compare> => ({ key: 'b', ...more });

const txnScenarios: readonly Scenario[] = [
  {
    name: 'txn: every target with every result against smaller, equal and larger operands',
    run: async (probe) => {
      await populate(probe);
      const created = probe.base + 2n;
      const modified = probe.base + 9n;
      const operands: readonly Init<Compare>[] = [
        ...[0n, 2n, 3n, 4n, -1n].map((version) => ({ target: CompareTarget.version, version })),
        ...[created - 1n, created, created + 1n].map((createRevision) => ({
          target: CompareTarget.create,
          createRevision,
        })),
        ...[modified - 1n, modified, modified + 1n].map((modRevision) => ({ target: CompareTarget.mod, modRevision })),
        ...['later', 'later b', 'later c', ''].map((value) => ({ target: CompareTarget.value, value: bytes(value) })),
        ...[0n, 1n].map((lease) => ({ target: CompareTarget.lease, lease })),
        { target: CompareTarget.version },
        { target: CompareTarget.value },
        { target: CompareTarget.create, modRevision: created },
        { target: 9, version: 3n },
      ];
      const subjects = [{ key: 'b' }, { key: 'absent' }, { key: 'a', rangeEnd: 'c' }, { key: 'x', rangeEnd: 'z' }];
      for (const subject of subjects) {
        for (const operand of operands) {
          for (const result of [...Object.values(CompareResult), 7]) {
            const compare = [{ ...subject, ...operand, result }];
            await probe.call(`compare ${inJson(compare)}`, kvService.txn, { compare });
          }
        }
      }
    },
  },
  {
    name: 'txn: branches, reads of own writes, and headers inside',
    run: async (probe) => {
      await populate(probe);
      const exists = compareOf({ target: CompareTarget.version, result: CompareResult.greater, version: 0n });
      const absent = compareOf({ target: CompareTarget.version, result: CompareResult.equal, version: 0n });
      const all = { key: '\0', rangeEnd: '\0' };
      const success = [put('x', '1'), range('x'), put('y', '2', { prevKv: true }), remove('d', { prevKv: true })];
      const failure = [range('\0', { rangeEnd: '\0', limit: 2 }), put('z', '3')];
      await txn(probe, 'empty', {});
      await txn(probe, 'then', { compare: [exists], success, failure });
      await txn(probe, 'else', { compare: [absent], success, failure });
      await txn(probe, 'two comparisons', { compare: [exists, absent], success, failure });
      await txn(probe, 'no comparison', { success: [range('b'), range('b', { countOnly: true })] });
      await txn(probe, 'read only past', { success: [range('b', { revision: probe.base + 2n })] });
      await txn(probe, 'read only future', { success: [range('b', { revision: probe.base + 1_000n })] });
      await txn(probe, 'write, then a read of the future', {
        success: [put('x', '9'), range('b', { revision: probe.base + 1_000n })],
      });
      await txn(probe, 'write, then a read at the revision being made', {
        success: [put('x', '8'), range('x', { revision: (await probe.revision()) + 1n })],
      });
      await txn(probe, 'delete of nothing', { success: [remove('absent', { prevKv: true })] });
      await txn(probe, 'delete of nothing after a put', { success: [put('w', '1'), remove('absent')] });
      await txn(probe, 'delete, then range', { success: [remove('a', { rangeEnd: 'c' }), { requestRange: all }] });
      await txn(probe, 'put of an absent key that ignores its value', {
        success: [put('x', '1'), put('no', '', { ignoreValue: true })],
      });
    },
  },
  {
    name: 'txn: nested',
    run: async (probe) => {
      await populate(probe);
      const nested = (request: Init<TxnRequest>): Init<RequestOp> => ({ requestTxn: request });
      const exists = (key: string): Init<Compare> => ({
        key,
        target: CompareTarget.create,
        result: CompareResult.greater,
      });
      await txn(probe, 'nested then', {
        success: [put('x', '1'), nested({ compare: [exists('b')], success: [put('y', '1'), range('y')] })],
      });
      await txn(probe, 'nested else', {
        success: [
          nested({ compare: [exists('absent')], success: [put('y', '1')], failure: [remove('b')] }),
          range('b'),
        ],
      });
      await txn(probe, 'comparison with an earlier write of the parent', {
        success: [put('n', '1'), nested({ compare: [exists('n')], success: [range('n')], failure: [put('m', '1')] })],
      });
      await txn(probe, 'three levels', {
        success: [nested({ success: [nested({ success: [put('q', '1')] }), range('q')] })],
      });
      await txn(probe, 'both branches put one key', {
        success: [nested({ success: [put('r', '1')], failure: [put('r', '2')] })],
      });
      await txn(probe, 'parent and child put one key', {
        success: [put('r', '1'), nested({ success: [put('r', '2')] })],
      });
      await txn(probe, 'child puts what the parent deletes', {
        success: [remove('a', { rangeEnd: 'z' }), nested({ success: [put('r', '2')] })],
      });
      await txn(probe, 'two children put one key', {
        success: [nested({ success: [put('r', '1')] }), nested({ success: [put('r', '2')] })],
      });
    },
  },
  {
    name: 'txn: what is refused',
    run: async (probe) => {
      await populate(probe);
      const many = (count: number): Init<RequestOp>[] => Array.from({ length: count }, (_, at) => put(`k${at}`, ''));
      const compares = (count: number): Init<Compare>[] => Array.from({ length: count }, () => compareOf({}));
      await txn(probe, '128 operations', { success: many(128) });
      await txn(probe, '129 operations', { success: many(129) });
      await txn(probe, '129 operations in the other branch', { failure: many(129) });
      await txn(probe, '129 comparisons', { compare: compares(129) });
      await txn(probe, '128 nested in one', { success: [{ requestTxn: { success: many(128) } }] });
      await txn(probe, '127 nested in one', { success: [{ requestTxn: { success: many(127) } }] });
      await txn(probe, 'one key twice', { success: [put('x', '1'), put('x', '2')] });
      await txn(probe, 'one key twice in the branch not taken', { failure: [put('x', '1'), put('x', '2')] });
      await txn(probe, 'put and delete', { success: [put('x', '1'), remove('x')] });
      await txn(probe, 'put within a deleted range', { success: [remove('a', { rangeEnd: 'z' }), put('x', '1')] });
      await txn(probe, 'put beside a deleted range', { success: [remove('a', { rangeEnd: 'x' }), put('x', '1')] });
      await txn(probe, 'put and delete from a key on', { success: [remove('a', { rangeEnd: '\0' }), put('x', '1')] });
      await txn(probe, 'one range deleted twice', { success: [remove('a', { rangeEnd: 'z' }), remove('b')] });
      await txn(probe, 'empty key in a comparison', { compare: [compareOf({ key: '' })] });
      await txn(probe, 'empty key in a put', { success: [put('', '1')] });
      await txn(probe, 'empty key in a range', { success: [range('')] });
      await txn(probe, 'empty key in a delete', { failure: [remove('')] });
      await txn(probe, 'an operation that says nothing', { success: [{}] });
      await txn(probe, 'unknown sort order', { success: [range('b', { sortOrder: 9 })] });
      await txn(probe, 'value with ignoreValue', { success: [put('b', 'x', { ignoreValue: true })] });
      await txn(probe, 'lease with ignoreLease', { success: [put('b', 'x', { ignoreLease: true, lease: 1n })] });
      await txn(probe, 'unknown lease', { success: [put('p', '1'), put('b', 'x', { lease: 99n })] });
      await txn(probe, 'too many and an empty key', { compare: [compareOf({ key: '' })], success: many(129) });
      await txn(probe, 'too large', { success: [put('big', 'x'.repeat(900_000)), put('big2', 'x'.repeat(900_000))] });
    },
  },
];

async function compact(probe: Probe, step: string, request: Init<CompactionRequest>): Promise<void> {
  await probe.call(step, kvService.compact, request);
}

const compactionScenarios: readonly Scenario[] = [
  {
    name: 'compaction: what is kept, what is refused, what can be read after it',
    run: async (probe) => {
      await populate(probe);
      await compact(probe, 'future', { revision: probe.base + 1_000n });
      await compact(probe, 'in the middle', { revision: probe.base + 9n });
      await compact(probe, 'the same again', { revision: probe.base + 9n });
      await compact(probe, 'before it', { revision: probe.base + 3n });
      await compact(probe, 'zero', { revision: 0n });
      await compact(probe, 'negative', { revision: -5n });
      const revisions = [5n, 8n, 9n, 10n, 11n, 12n, 14n].map((offset) => ({ revision: probe.base + offset }));
      const intervals = [{ key: 'b' }, { key: 'gone' }, { key: 'back' }, { key: '\0', rangeEnd: '\0' }];
      await rangeAll(probe, combinations([intervals, revisions]));
      await compact(probe, 'physical, to the newest', { revision: await probe.revision(), physical: true });
      await rangeAll(probe, combinations([intervals, revisions]));
      await probe.call('read at a dropped revision in a txn', kvService.txn, {
        success: [range('b', { revision: probe.base + 9n })],
      });
      await probe.call('write and read at a dropped revision in a txn', kvService.txn, {
        success: [put('x', '1'), range('b', { revision: probe.base + 9n })],
      });
      await probe.call('and the put', kvService.range, { key: 'x' });
    },
  },
];

/** Requests of `etcdserverpb.KV`: every option, every refusal. */
export const kvScenarios: readonly Scenario[] = [
  ...rangeScenarios,
  ...writeScenarios,
  ...txnScenarios,
  ...compactionScenarios,
];
