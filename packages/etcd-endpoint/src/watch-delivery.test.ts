import { Event } from '@keelson/etcd-protocol';
import type { KvEvent } from '@keelson/store';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventBatch, eventBatches } from './watch-delivery.ts';

const event = (revision: number, key: string, bytes: number): KvEvent => ({
  type: 'put',
  kv: {
    key,
    value: new Uint8Array(bytes),
    createRevision: 1n,
    modRevision: BigInt(revision),
    version: 1,
    lease: 0n,
  },
});

/** Some revisions of some events each, of any size up to half a mebibyte. */
const history = fc
  .array(fc.array(fc.integer({ min: 0, max: 500_000 }), { minLength: 1, maxLength: 5 }), { maxLength: 8 })
  .map((revisions) => revisions.flatMap((sizes, at) => sizes.map((size, sub) => event(at + 1, `${at}-${sub}`, size))));

const keysOf = (batch: EventBatch): string[] => batch.events.map((bytes) => Event.decode(bytes).kv?.key ?? '');
const revisionsOf = (batch: EventBatch): bigint[] =>
  batch.events.map((bytes) => Event.decode(bytes).kv?.modRevision ?? 0n);

describe('eventBatches', () => {
  it('gives every event once, in order, and the last batch the revision of all', () => {
    fc.assert(
      fc.property(
        history,
        fc.option(fc.integer({ min: 1, max: 2_000_000 }), { nil: undefined }),
        (events, fragment) => {
          const batches = [...eventBatches(events, 100n, fragment)];
          expect(batches.flatMap(keysOf)).toEqual(events.map(({ kv }) => kv.key));
          if (batches.length > 0) expect(batches.at(-1)).toMatchObject({ revision: 100n, fragment: false });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('parts a revision only where the watch asked for fragments, and says so', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (events, fragments) => {
        const batches = [...eventBatches(events, 100n, fragments ? 600_000 : undefined)];
        for (const [at, batch] of batches.entries()) {
          const next = batches[at + 1];
          const parted = next !== undefined && revisionsOf(next)[0] === revisionsOf(batch).at(-1);
          if (parted) expect(batch.fragment).toBe(true);
          if (!fragments) expect(batch.fragment).toBe(false);
          // Without a fragment every event up to the header's revision has been sent.
          if (!batch.fragment && next !== undefined) expect(batch.revision).toBe(revisionsOf(batch).at(-1));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('keeps answers near a mebibyte', () => {
    const events = Array.from({ length: 100 }, (_, at) => event(at + 1, 'k', 100_000));
    const sizes = [...eventBatches(events, 100n, undefined)].map((batch) => batch.events.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(11);
  });
});
