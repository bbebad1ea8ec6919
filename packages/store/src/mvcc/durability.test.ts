import { isKeelsonError, virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { HeldJournal } from '../../test-support/held-journal.ts';
import { bytes } from '../../test-support/operations.ts';
import { recordingSink } from '../../test-support/recording-sink.ts';
import type { KvOperation } from '../kv/backend.ts';
import { MvccBackend } from './mvcc-backend.ts';

const put = (key: string, value = 'v'): KvOperation => ({ type: 'put', key, value: bytes(value) });

function world() {
  const runtime = virtualRuntime({ seed: 1 });
  const journal = new HeldJournal();
  const backend = new MvccBackend({ runtime, journal });
  const settle = (): Promise<void> => runtime.advance(0);
  /** What has become of a call so far. */
  const watched = (work: Promise<unknown>): { state: string } => {
    const outcome = { state: 'waiting' };
    work.then(
      () => (outcome.state = 'done'),
      (error) => (outcome.state = isKeelsonError(error) ? error.code : String(error)),
    );
    return outcome;
  };
  return { runtime, journal, backend, settle, watched };
}

describe('until a commit is durable', () => {
  it('its writer waits, readers do not see it, and watches are not told', async () => {
    const { journal, backend, settle, watched } = world();
    const sink = recordingSink();
    backend.watch({ key: 'a' }, sink);
    const write = watched(backend.execute(put('a')));
    await settle();
    expect(write.state).toBe('waiting');
    expect((await backend.range({ key: 'a' })).revision).toBe(1n);
    expect((await backend.range({ key: 'a' })).count).toBe(0);
    await expect(backend.range({ key: 'a', revision: 2n })).rejects.toMatchObject({
      details: { reason: 'future-revision' },
    });
    expect(sink.lines).toEqual(['created 1']);
    journal.release();
    await settle();
    expect(write.state).toBe('done');
    expect((await backend.range({ key: 'a' })).count).toBe(1);
    expect(sink.lines.at(-1)).toBe('put a=v@2 | 2');
  });

  it('whoever has seen it, or was refused because of it, waits too', async () => {
    const { journal, backend, settle, watched } = world();
    const write = watched(backend.execute(put('a')));
    const compared = watched(
      backend.txn({
        compare: [{ key: 'a', target: 'version', result: 'equal', operand: 0n }],
        success: [put('b')],
        failure: [],
      }),
    );
    const granted = watched(backend.grantLease(1_000, { id: 5n }));
    const refused = watched(backend.grantLease(1_000, { id: 5n }));
    const listed = watched(backend.leases());
    await settle();
    expect([write, compared, granted, refused, listed].map(({ state }) => state)).toEqual(Array(5).fill('waiting'));
    journal.release();
    await settle();
    expect([write.state, compared.state, granted.state]).toEqual(['done', 'done', 'done']);
    expect([refused.state, listed.state]).toEqual(['E_ALREADY_EXISTS', 'done']);
  });

  it('a transaction that only reads answers at once, from the past', async () => {
    const { backend, settle, watched } = world();
    void backend.execute(put('a')).catch(() => {});
    const read = watched(
      backend.txn({ compare: [], success: [{ type: 'range', request: { key: 'a' } }], failure: [] }),
    );
    await settle();
    expect(read.state).toBe('done');
  });
});

describe('group commit', () => {
  it('puts everything committed while a batch is written into the next one', async () => {
    const { journal, backend, settle, watched } = world();
    const writes = Array.from({ length: 3 }, (_, n) => watched(backend.execute(put(`first${n}`))));
    await settle();
    writes.push(...Array.from({ length: 50 }, (_, n) => watched(backend.execute(put(`second${n}`)))));
    await settle();
    expect(journal.batches.map((batch) => batch.length)).toEqual([3]);
    journal.release();
    await settle();
    expect(journal.batches.map((batch) => batch.length)).toEqual([3, 50]);
    expect(writes.filter(({ state }) => state === 'done').length).toBe(3);
    journal.release();
    await settle();
    expect(writes.every(({ state }) => state === 'done')).toBe(true);
    expect(journal.batches.flat().map(({ sequence }) => sequence)).toEqual(Array.from({ length: 53 }, (_, n) => n + 1));
  });
});

describe('a wait for durability', () => {
  it('ends at its deadline with an unknown outcome, and the write may still land', async () => {
    const { runtime, journal, backend, settle, watched } = world();
    const [short, normal] = [
      watched(backend.execute(put('a'), { timeoutMs: 100 })),
      watched(backend.execute(put('b'))),
    ];
    await runtime.advance(101);
    expect([short.state, normal.state]).toEqual(['E_OUTCOME_UNKNOWN', 'waiting']);
    await runtime.advance(5_000);
    expect(normal.state).toBe('E_OUTCOME_UNKNOWN');
    journal.release();
    await settle();
    expect((await backend.range({ key: 'a' })).count).toBe(1);
  });

  it('ends when its signal trips; a signal that had tripped before changes nothing', async () => {
    const { journal, backend, settle, watched } = world();
    const controller = new AbortController();
    const write = watched(backend.execute(put('a'), { signal: controller.signal }));
    await settle();
    controller.abort(new Error('enough'));
    await settle();
    expect(write.state).toBe('E_ABORTED');
    const late = watched(backend.execute(put('b'), { signal: controller.signal }));
    journal.release();
    await settle();
    expect(late.state).toBe('E_ABORTED');
    expect((await backend.range({ key: 'a', end: 'c' })).kvs.map((kv) => kv.key)).toEqual(['a']);
  });
});

describe('when the journal fails', () => {
  it('acknowledges nothing more, refuses writes with a code, reads go on at the last durable revision', async () => {
    const { journal, backend, settle, watched } = world();
    const first = backend.execute(put('a', 'kept'));
    await settle();
    journal.release();
    await first;
    const sink = recordingSink();
    backend.watch({ key: 'a' }, sink);
    const [inBatch, queued] = [watched(backend.execute(put('a', 'lost'))), watched(backend.execute(put('b')))];
    await settle();
    journal.fail(new Error('ENOSPC'));
    await settle();
    expect([inBatch.state, queued.state]).toEqual(['E_OUTCOME_UNKNOWN', 'E_OUTCOME_UNKNOWN']);
    await expect(backend.execute(put('c'))).rejects.toMatchObject({ code: 'E_STORE_WRITE_FAILED' });
    await expect(backend.grantLease(1_000)).rejects.toMatchObject({ details: { reason: 'journal-failed' } });
    await expect(backend.keepLeaseAlive(1n)).rejects.toMatchObject({ code: 'E_STORE_WRITE_FAILED' });
    const { kvs, revision } = await backend.range({ key: 'a', end: 'z' });
    expect([kvs.map((kv) => Buffer.from(kv.value).toString()), revision]).toEqual([['kept'], 2n]);
    expect(sink.lines).toEqual(['created 2', 'interrupted KeelsonError']);
    expect(backend.status.connected).toBe(false);
    expect(backend.describe().failure?.cause).toEqual(new Error('ENOSPC'));
    expect(journal.batches.length).toBe(2);
  });

  it('ends no lease any more, as nobody could be told', async () => {
    const { runtime, journal, backend, settle } = world();
    const granted = backend.grantLease(1_000, { id: 1n });
    await settle();
    journal.release();
    await granted;
    void backend.execute(put('a')).catch(() => {});
    await settle();
    journal.fail(new Error('EIO'));
    await runtime.advance(10_000);
    expect(journal.batches.length).toBe(2);
  });
});

describe('close', () => {
  it('waits for the batch under way, then closes the journal, once', async () => {
    const { journal, backend, settle, watched } = world();
    const write = watched(backend.execute(put('a')));
    await settle();
    const closing = watched(backend.close());
    await settle();
    expect([closing.state, journal.closed]).toEqual(['waiting', false]);
    journal.release();
    await settle();
    expect([write.state, closing.state, journal.closed]).toEqual(['done', 'done', true]);
    await backend.close();
    await expect(backend.execute(put('b'))).rejects.toMatchObject({ code: 'E_CLOSED' });
    await expect(backend.range({ key: 'a' })).rejects.toMatchObject({ code: 'E_CLOSED' });
    expect(() => backend.watch({ key: 'a' }, recordingSink())).toThrow(expect.objectContaining({ code: 'E_CLOSED' }));
  });
});
