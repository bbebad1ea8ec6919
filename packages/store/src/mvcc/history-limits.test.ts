import { virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { MvccBackend } from './mvcc-backend.ts';

describe('automatic compaction', () => {
  const filled = async (limits: { writes?: number; bytes?: number }, valueBytes: number): Promise<MvccBackend> => {
    const backend = new MvccBackend({ runtime: virtualRuntime({ seed: 1 }), history: limits });
    for (let n = 0; n < 2_000; n += 1)
      await backend.execute({ type: 'put', key: `k${n % 10}`, value: new Uint8Array(valueBytes) });
    return backend;
  };

  it('keeps at least the writes it was told to, and at most a tenth more', async () => {
    const backend = await filled({ writes: 500 }, 10);
    const { revision, compactRevision } = backend.describe();
    const kept = Number(revision - compactRevision);
    expect(kept).toBeGreaterThanOrEqual(499);
    expect(kept).toBeLessThanOrEqual(550);
    expect((await backend.range({ key: 'k', end: 'l', revision: compactRevision })).count).toBe(10);
  });

  it('keeps less where the values are large', async () => {
    const backend = await filled({ writes: 100_000, bytes: 1_000_000 }, 10_000);
    const { revision, compactRevision, sizeInUseBytes } = backend.describe();
    expect(Number(revision - compactRevision)).toBeGreaterThan(50);
    expect(sizeInUseBytes).toBeLessThan(1_200_000);
  });

  it('leaves a history within its limits alone', async () => {
    const backend = await filled({}, 10);
    expect(backend.describe().compactRevision).toBe(-1n);
  });
});
