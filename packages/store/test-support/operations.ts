import fc from 'fast-check';
import type { KeyRange, KvCompare, KvOperation, RangeRequest } from '../src/kv/backend.ts';

/** The text of a value. */
export const text = (value: Uint8Array): string => Buffer.from(value).toString();
/** The value of a text. */
export const bytes = (value: string): Uint8Array => Buffer.from(value);

const key = fc.constantFrom('a', 'aa', 'ab', 'b', 'c', '\xff');
const keyRange: fc.Arbitrary<KeyRange> = fc.oneof(
  key.map((start) => ({ key: start })),
  fc.tuple(key, key).map(([start, end]) => ({ key: start, end })),
  key.map((start) => ({ key: start, end: '\0' })),
);
const value = fc.constantFrom('', 'x', 'y', 'longer value').map(bytes);
const revision = fc.integer({ min: 0, max: 30 }).map(BigInt);
/** Ranges with most of their options, few keys, small revisions. */
export const rangeRequest: fc.Arbitrary<RangeRequest> = fc
  .tuple(
    keyRange,
    fc.record(
      {
        limit: fc.integer({ min: 0, max: 3 }),
        revision: fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: revision }),
        sortTarget: fc.constantFrom('key' as const, 'mod' as const),
        sortOrder: fc.constantFrom('none' as const, 'ascend' as const, 'descend' as const),
        countOnly: fc.boolean(),
        minModRevision: revision,
        maxCreateRevision: revision,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([range, rest]) => ({ ...range, ...rest }));
const put: fc.Arbitrary<KvOperation> = fc
  .tuple(key, value, fc.record({ prevKv: fc.boolean(), lease: fc.constantFrom(0n, 7n) }, { requiredKeys: [] }))
  .map(([name, content, rest]) => ({ type: 'put', key: name, value: content, ...rest }));
const remove: fc.Arbitrary<KvOperation> = fc
  .tuple(keyRange, fc.boolean())
  .map(([range, prevKv]) => ({ type: 'delete-range', range, prevKv }));
const read: fc.Arbitrary<KvOperation> = rangeRequest.map((request) => ({ type: 'range', request }));
const compare: fc.Arbitrary<KvCompare> = fc.oneof(
  fc
    .tuple(
      keyRange,
      fc.constantFrom('version' as const, 'create' as const, 'mod' as const, 'lease' as const),
      fc.constantFrom('equal' as const, 'greater' as const, 'less' as const, 'not-equal' as const),
      fc.integer({ min: 0, max: 8 }).map(BigInt),
    )
    .map(([range, target, result, operand]) => ({ ...range, target, result, operand })),
  fc
    .tuple(keyRange, fc.constantFrom('equal' as const, 'greater' as const, 'less' as const), value)
    .map(([range, result, operand]) => ({ ...range, target: 'value' as const, result, operand })),
);
/** Operations of every kind, nested up to two deep. */
export const operation: fc.Arbitrary<KvOperation> = fc.letrec<{ operation: KvOperation; txn: KvOperation }>((tie) => ({
  txn: fc
    .record({
      compare: fc.array(compare, { maxLength: 2 }),
      success: fc.array(tie('operation'), { maxLength: 3 }),
      failure: fc.array(tie('operation'), { maxLength: 3 }),
    })
    .map((request) => ({ type: 'txn', request })),
  operation: fc.oneof({ maxDepth: 2 }, put, remove, read, tie('txn')),
})).operation;

/** One step of a history. */
export type Step =
  | { readonly step: 'operation'; readonly operation: KvOperation }
  | { readonly step: 'compact'; readonly back: number }
  | { readonly step: 'revoke' };

/** Histories: mostly operations, some compactions, some ends of lease 7. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: operation.map((inner) => ({ step: 'operation' as const, operation: inner })) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }).map((back) => ({ step: 'compact' as const, back })) },
    { weight: 1, arbitrary: fc.constant({ step: 'revoke' as const }) },
  ),
  { maxLength: 25 },
);

/** Plain data for comparison: views and buffers of equal bytes are equal. */
export function plain(data: unknown): unknown {
  if (data instanceof Uint8Array) return text(data);
  if (Array.isArray(data)) return data.map(plain);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([name, item]) => [name, plain(item)]));
}
