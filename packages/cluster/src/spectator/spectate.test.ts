import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParticipantBench } from '../../test-support/participant-bench.ts';
import { ExternalView, encodeRecord, splitIntoBuckets } from '../model/index.ts';
import { spectate } from './spectate.ts';
import type { Spectator } from './spectator.ts';

let bench: ParticipantBench;
beforeEach(async () => {
  bench = await ParticipantBench.create();
});
afterEach(() => bench.end());

async function view(states: Record<string, Record<string, string>>, bucketSize = 0): Promise<void> {
  const { record } = ExternalView.create('db', { BUCKET_SIZE: String(bucketSize) }, states);
  const path = bench.paths.externalView('db');
  if (bucketSize === 0) {
    await bench.drive(bench.store.put(path, encodeRecord(record)));
    return;
  }
  const { head, buckets } = splitIntoBuckets(record, bucketSize);
  await bench.drive(bench.store.put(path, encodeRecord(head)));
  for (const [name, bucket] of buckets) await bench.drive(bench.store.put(`${path}/${name}`, encodeRecord(bucket)));
}

async function watch(): Promise<{ spectator: Spectator; store: ReturnType<ParticipantBench['connect']> }> {
  const store = bench.connect();
  const spectator = await bench.drive(spectate({ store, cluster: 'c', runtime: bench.runtime }));
  return { spectator, store };
}

describe('a spectator', () => {
  test('knows everything once it is there, and follows', async () => {
    await bench.join({ stateModels: {}, info: { ADDRESS: 'here' } });
    await view({ db_0: { a_1: 'SLAVE' } });
    const { spectator } = await watch();
    expect(spectator.instancesFor('db', 'db_0', 'SLAVE')).toEqual(['a_1']);
    expect(spectator.liveInstance('a_1')?.info.ADDRESS).toBe('here');
    expect(spectator.instanceConfig('a_1')?.host).toBe('a');
    await view({ db_0: { a_1: 'MASTER' }, db_1: {} });
    await bench.runtime.advance(10);
    expect(spectator.instancesFor('db', 'db_0', 'SLAVE')).toEqual([]);
    expect(spectator.instancesFor('db', 'db_0', 'MASTER')).toEqual(['a_1']);
    expect(spectator.partitionsOf('db')).toEqual(['db_0', 'db_1']);
    await bench.drive(spectator.close());
  });

  test('of a cluster that is not there sees nothing, until it is', async () => {
    const { spectator } = await watch();
    expect(spectator.snapshot.resources).toEqual([]);
    await view({ db_0: {} });
    await bench.runtime.advance(10);
    expect(spectator.snapshot.resources).toEqual(['db']);
    await bench.drive(spectator.close());
  });

  test('drops an instance the moment it is not live any more', async () => {
    const { participant } = await bench.join({ stateModels: {} });
    await view({ db_0: { a_1: 'MASTER' } });
    const { spectator } = await watch();
    await bench.drive(participant.close());
    await bench.runtime.advance(10);
    expect(spectator.instancesFor('db', 'db_0', 'MASTER')).toEqual([]);
    await bench.drive(spectator.close());
  });

  test('puts the buckets of a view together', async () => {
    await bench.join({ stateModels: {} });
    await view({ db_0: { a_1: 'MASTER' }, db_5: { a_1: 'SLAVE' } }, 4);
    const { spectator } = await watch();
    expect(spectator.partitionsOf('db')).toEqual(['db_0', 'db_5']);
    expect(spectator.instancesFor('db', 'db_5', 'SLAVE')).toEqual(['a_1']);
    await bench.drive(spectator.close());
  });

  test('tells each change, with the table after it', async () => {
    await bench.join({ stateModels: {} });
    await view({ db_0: { a_1: 'SLAVE' } });
    const { spectator } = await watch();
    const seen: string[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const { table, resources } of spectator.changes({ signal: stop.signal })) {
        seen.push(`${[...resources].join()}: ${table.instancesFor('db', 'db_0', 'MASTER').join()}`);
      }
    })();
    await view({ db_0: { a_1: 'MASTER' } });
    await bench.runtime.advance(10);
    stop.abort();
    await bench.drive(reading);
    expect(seen).toEqual(['db: ', 'db: a_1']);
    await bench.drive(spectator.close());
  });

  test('keeps its table while the store is away, says since when, and catches up', async () => {
    await bench.join({ stateModels: {} });
    await view({ db_0: { a_1: 'SLAVE' } });
    const { spectator, store } = await watch();
    expect(spectator.staleSinceMs).toBeUndefined();
    await bench.runtime.advance(1_000);
    store.faults.disconnect();
    await bench.runtime.advance(500);
    const cutMs = bench.runtime.clock.monotonicMs() - 500;
    expect(spectator.staleSinceMs).toBeGreaterThanOrEqual(cutMs);
    await view({ db_0: { a_1: 'MASTER' } });
    await bench.runtime.advance(500);
    expect(spectator.instancesFor('db', 'db_0', 'SLAVE')).toEqual(['a_1']);
    store.faults.reconnect();
    await bench.runtime.advance(2_000);
    expect(spectator.instancesFor('db', 'db_0', 'MASTER')).toEqual(['a_1']);
    await view({ db_0: {} });
    await bench.runtime.advance(10);
    expect(spectator.staleSinceMs).toBeUndefined();
    await bench.drive(spectator.close());
  });

  test('ends in time where the store cannot be reached', async () => {
    const store = bench.connect();
    store.faults.disconnect();
    const beginning = spectate({ store, cluster: 'c', runtime: bench.runtime, timeoutMs: 300 });
    await expect(bench.drive(beginning)).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  });

  test('that is closed ends its readers and keeps its last table', async () => {
    await view({ db_0: {} });
    const { spectator } = await watch();
    const reader = spectator.changes()[Symbol.asyncIterator]();
    await reader.next();
    const waiting = reader.next();
    await bench.drive(spectator.close());
    expect((await waiting).done).toBe(true);
    expect(spectator.partitionsOf('db')).toEqual(['db_0']);
    expect(spectator.staleSinceMs).toBeDefined();
  });
});
