import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NaiveStore } from '../../test-support/naive-store.ts';
import { bytes, plain, rangeRequest, type Step, steps } from '../../test-support/operations.ts';
import type { KvOperation } from '../kv/backend.ts';
import { MvccEngine } from './engine.ts';
import { mvccReason } from './mvcc-error.ts';
import type { MvccOperationResult } from './operation-result.ts';
import type { Version } from './version.ts';

/** Runs one step on both; the engine's refusals are looked at in the tables of `execution.test.ts`. */
function runStep(engine: MvccEngine, naive: NaiveStore, step: Step): void {
  if (step.step === 'revoke') {
    const attached = naive.at(naive.revision).filter((kv) => kv.lease === 7n);
    const commit = engine.revokeLease(7n, 0);
    engine.grantLease({ id: 7n, ttlMs: 1_000 }, 0);
    expect(commit.versions.map((version) => version.entry.key)).toEqual(attached.map((kv) => kv.key));
    const branch: KvOperation[] = attached.map((kv) => ({ type: 'delete-range', range: { key: kv.key } }));
    naive.execute({ type: 'txn', request: { compare: [], success: branch, failure: [] } });
  } else if (step.step === 'compact') {
    const target = engine.revision - step.back;
    if (target <= naive.compacted) {
      expect(() => engine.compact(target, engine.revision)).toThrow();
      return;
    }
    engine.compact(target, engine.revision);
    naive.compacted = target;
  } else runOperation(engine, naive, step.operation);
}

function runOperation(engine: MvccEngine, naive: NaiveStore, given: KvOperation): void {
  const before = engine.revision;
  let outcome: MvccOperationResult;
  try {
    outcome = engine.execute(given, 0).result;
  } catch (error) {
    expect(mvccReason(error), String(error)).toMatch(/^(duplicate-key|future-revision|compacted)$/);
    expect(engine.revision).toBe(before);
    return;
  }
  expect(plain(outcome)).toEqual(plain(naive.execute(given)));
}

describe('the engine against a naive list of all writes', () => {
  it('answers every operation alike, whatever was compacted or revoked before', () => {
    fc.assert(
      fc.property(steps, fc.array(rangeRequest, { maxLength: 5 }), (given, reads) => {
        const engine = new MvccEngine();
        const naive = new NaiveStore();
        engine.grantLease({ id: 7n, ttlMs: 1_000 }, 0);
        for (const step of given) runStep(engine, naive, step);
        expect(engine.revision).toBe(naive.revision);
        for (const request of reads) {
          let expected: unknown;
          try {
            expected = naive.range(request, naive.revision);
          } catch (error) {
            expect(() => engine.range(request, engine.revision)).toThrow(
              expect.objectContaining({ details: expect.objectContaining({ reason: (error as Error).message }) }),
            );
            continue;
          }
          expect(plain(engine.range(request, engine.revision))).toEqual(plain(expected));
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('keeps in its log exactly the writes from the compact revision on, in order', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const engine = new MvccEngine();
        const naive = new NaiveStore();
        engine.grantLease({ id: 7n, ttlMs: 1_000 }, 0);
        for (const step of given) runStep(engine, naive, step);
        const { log } = engine.history;
        const logged = Array.from({ length: log.length }, (_, i) => log.at(i));
        expect(
          logged.map((version) => [version?.main, version?.sub, version?.entry.key, version?.isTombstone]),
        ).toEqual(
          naive.rows
            .filter((row) => row.main >= naive.compacted)
            .map((row) => [row.main, row.sub, row.kv.key, row.deleted]),
        );
        expect(engine.history.arena.liveBytes).toBeLessThanOrEqual(
          naive.rows.reduce((sum, row) => sum + (row.deleted ? 0 : row.kv.value.length), 0),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is the same again after its kept versions were written down and restored', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const engine = new MvccEngine();
        const naive = new NaiveStore();
        const written: Version[] = [];
        engine.grantLease({ id: 7n, ttlMs: 1_000 }, 0);
        for (const step of before) {
          const from = engine.revision + 1;
          runStep(engine, naive, step);
          const { log } = engine.history;
          for (let i = log.firstFrom(from); i < log.length; i += 1) written.push(log.at(i) as Version);
        }
        const stored = written.map((version) => {
          const row = naive.rows.find((candidate) => candidate.main === version.main && candidate.sub === version.sub);
          const { main, sub, create, lease } = version;
          const content = row === undefined || row.deleted ? bytes('') : row.kv.value;
          return { key: version.entry.key, main, sub, create, version: version.version, lease, value: content };
        });
        const restored = MvccEngine.restore(
          { versions: stored, leases: [{ id: 7n, ttlMs: 1_000 }], compactRevision: naive.compacted },
          0,
        ).engine;
        expect(restored.hash(0, restored.revision)).toEqual(engine.hash(0, engine.revision));
        for (const step of after) runStep(restored, naive, step);
        expect(restored.revision).toBe(naive.revision);
      }),
      { numRuns: 500 },
    );
  });
});
