import { startEtcd } from '@keelson/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plain, type Step, steps } from '../../test-support/operations.ts';
import type { KeyValue, KvCompare, KvOperation, RangeRequest } from '../kv/backend.ts';
import { MvccEngine } from './engine.ts';
import type { MvccOperationResult } from './operation-result.ts';

// The engine beside a real etcd, fed the same random histories through etcd's JSON gateway.

type Etcd = Awaited<ReturnType<typeof startEtcd>>;
type Json = Record<string, unknown>;

const base64 = (value: string | Uint8Array): string =>
  (typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value)).toString('base64');
const range = (request: { key: string; end?: string }): Json =>
  request.end === undefined
    ? { key: base64(request.key) }
    : { key: base64(request.key), range_end: base64(request.end) };

function rangeJson(request: RangeRequest): Json {
  const { limit, revision, sortTarget, sortOrder, countOnly, minModRevision, maxCreateRevision } = request;
  return {
    ...range(request),
    limit: `${limit ?? 0}`,
    revision: `${revision ?? 0n}`,
    sort_target: sortTarget?.toUpperCase() ?? 'KEY',
    sort_order: sortOrder?.toUpperCase() ?? 'NONE',
    count_only: countOnly ?? false,
    min_mod_revision: `${minModRevision ?? 0n}`,
    max_create_revision: `${maxCreateRevision ?? 0n}`,
  };
}

function compareJson(compare: KvCompare): Json {
  const fields = { version: 'version', create: 'create_revision', mod: 'mod_revision', lease: 'lease', value: 'value' };
  const operand = typeof compare.operand === 'bigint' ? `${compare.operand}` : base64(compare.operand);
  return {
    ...range(compare),
    target: compare.target.toUpperCase(),
    result: compare.result.replace('-', '_').toUpperCase(),
    [fields[compare.target]]: operand,
  };
}

function operationJson(operation: KvOperation): Json {
  switch (operation.type) {
    case 'range':
      return { request_range: rangeJson(operation.request) };
    case 'put': {
      const { key, value, lease = 0n, prevKv = false } = operation;
      return { request_put: { key: base64(key), value: base64(value), lease: `${lease}`, prev_kv: prevKv } };
    }
    case 'delete-range':
      return { request_delete_range: { ...range(operation.range), prev_kv: operation.prevKv ?? false } };
    case 'txn':
      return {
        request_txn: {
          compare: operation.request.compare.map(compareJson),
          success: operation.request.success.map(operationJson),
          failure: operation.request.failure.map(operationJson),
        },
      };
  }
}

const kvJson = (kv: KeyValue): Json =>
  withoutZeros({
    key: base64(kv.key),
    create_revision: `${kv.createRevision}`,
    mod_revision: `${kv.modRevision}`,
    version: `${kv.version}`,
    value: base64(kv.value),
    lease: `${kv.lease}`,
  });

/** The gateway leaves out what is zero, empty or false. */
const withoutZeros = (json: Json): Json =>
  Object.fromEntries(
    Object.entries(json).filter(([, item]) => !['0', '', false, undefined].includes(item as string) && !isEmpty(item)),
  );
const isEmpty = (item: unknown): boolean => Array.isArray(item) && item.length === 0;

function resultJson(outcome: MvccOperationResult): Json {
  switch (outcome.type) {
    case 'range': {
      const { kvs, more, count, revision } = outcome.result;
      const header = { revision: `${revision}` };
      return { response_range: { header, ...withoutZeros({ kvs: kvs.map(kvJson), more, count: `${count}` }) } };
    }
    case 'put': {
      const prev = outcome.prevKv === undefined ? {} : { prev_kv: kvJson(outcome.prevKv) };
      return { response_put: { header: { revision: `${outcome.revision}` }, ...prev } };
    }
    case 'delete-range': {
      const header = { revision: `${outcome.revision}` };
      const rest = withoutZeros({ deleted: `${outcome.deleted}`, prev_kvs: outcome.prevKvs.map(kvJson) });
      return { response_delete_range: { header, ...rest } };
    }
    case 'txn': {
      const { succeeded, results } = outcome.result;
      return { response_txn: { header: {}, ...withoutZeros({ succeeded, responses: results.map(resultJson) }) } };
    }
  }
}

async function call(etcd: Etcd, path: string, body: Json): Promise<Json> {
  const response = await fetch(`${etcd.endpoints[0]}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
  return (await response.json()) as Json;
}

/** Keys of a history under a prefix of its own and revisions moved by what came before: one etcd serves all histories. */
const empty: KvOperation = { type: 'delete-range', range: { key: '\0', end: '\0' } };

describe('the engine beside etcd 3.7', () => {
  let etcd: Etcd;
  beforeAll(async () => {
    etcd = await startEtcd({ version: '3.7' });
  });
  afterAll(async () => {
    await etcd.stop();
  });

  const engine = new MvccEngine();
  let hashesCompared = 0;

  async function runStep(step: Step): Promise<void> {
    if (step.step === 'revoke') {
      await call(etcd, 'lease/revoke', { ID: '7' });
      await call(etcd, 'lease/grant', { ID: '7', TTL: '1000' });
      engine.revokeLease(7n, 0);
      engine.grantLease({ id: 7n, ttlMs: 1_000_000 }, 0);
    } else if (step.step === 'compact') {
      const revision = engine.revision - step.back;
      const theirs = await call(etcd, 'kv/compaction', { revision: `${revision}`, physical: true });
      if ('header' in theirs) engine.compact(revision, engine.revision);
      else expect(() => engine.compact(revision, engine.revision)).toThrow();
    } else await runOperation(step.operation);
  }

  async function runOperation(operation: KvOperation): Promise<void> {
    // Always inside a transaction: then one address takes every kind.
    const request = { compare: [], success: [operation], failure: [] };
    const theirs = await call(etcd, 'kv/txn', (operationJson({ type: 'txn', request }).request_txn as Json) ?? {});
    let ours: MvccOperationResult;
    try {
      ours = engine.execute({ type: 'txn', request }, 0).result;
    } catch (error) {
      expect(theirs, String(error)).toHaveProperty('message');
      return;
    }
    expect(theirs, JSON.stringify(theirs)).toHaveProperty('header');
    const expected = resultJson(ours).response_txn as Json;
    expect(theirs.responses ?? []).toEqual(plain(expected.responses ?? []));
    expect((theirs.header as Json).revision).toBe(`${engine.revision}`);
  }

  async function compareHash(seed: number): Promise<void> {
    const ours = engine.hash(0, engine.revision);
    // For a revision it has compacted at, etcd gives the hash it took then, over what has gone since.
    if (ours.compactRevision === ours.hashRevision) return;
    const theirs = await call(etcd, 'maintenance/hashkv', { revision: `${ours.hashRevision}` });
    const found = [theirs.hash, Number(theirs.compact_revision ?? 0)];
    expect(found, `seed ${seed}`).toEqual([ours.hash, ours.compactRevision]);
    hashesCompared += 1;
  }

  it('answers random histories field by field alike, and hashes them to the same number', async () => {
    await call(etcd, 'lease/grant', { ID: '7', TTL: '1000' });
    engine.grantLease({ id: 7n, ttlMs: 1_000_000 }, 0);
    const seed = Number(process.env.KEELSON_SEED ?? 20_261_121);
    for (const history of fc.sample(steps, { seed, numRuns: 60 })) {
      for (const step of history) await runStep(step);
      await compareHash(seed);
      await runOperation(empty);
    }
    expect(hashesCompared).toBeGreaterThan(20);
  });
});
