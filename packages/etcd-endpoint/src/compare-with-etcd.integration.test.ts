import { connectGrpc, type GrpcConnection } from '@keelson/etcd-protocol';
import { systemRuntime } from '@keelson/runtime';
import { MvccBackend } from '@keelson/store/mvcc';
import { type EtcdServer, requireServer, startEtcd } from '@keelson/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kvScenarios } from '../test-support/kv-scenarios.ts';
import { leaseScenarios } from '../test-support/lease-scenarios.ts';
import { otherScenarios } from '../test-support/other-scenarios.ts';
import { Probe } from '../test-support/probe.ts';
import { randomRequests, runRandomRequests } from '../test-support/random-requests.ts';
import { watchScenarios } from '../test-support/watch-scenarios.ts';
import { type EtcdEndpoint, startEtcdEndpoint } from './endpoint.ts';

/**
 * One table of requests, run against a real etcd and against ours in lockstep; the answers are compared field by field. Only ids of
 * cluster and member and the raft term may differ, and what a scenario itself leaves out and says why.
 */
describe.skipIf(!requireServer('etcd-3.7'))('the same requests against etcd and against this endpoint', () => {
  const runtime = systemRuntime();
  let etcd: EtcdServer;
  let backend: MvccBackend;
  let endpoint: EtcdEndpoint;
  let connections: GrpcConnection[];
  let theirs: Probe;
  let ours: Probe;

  beforeAll(async () => {
    etcd = await startEtcd({ version: '3.7' });
    backend = new MvccBackend({ runtime, minLeaseTtlMs: 2_000, history: { writes: 1_000_000, bytes: 2 ** 30 } });
    endpoint = await startEtcdEndpoint({ backend, runtime, host: '127.0.0.1', port: 0 });
    const address = new URL(etcd.endpoints[0] ?? '').host;
    connections = await Promise.all([address, endpoint.address].map((one) => connectGrpc({ address: one, runtime })));
    const [first, second] = connections as [GrpcConnection, GrpcConnection];
    theirs = new Probe(first);
    ours = new Probe(second);
  });

  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await endpoint.close();
    await backend.close();
    await etcd.stop();
  });

  const scenarios = [...kvScenarios, ...watchScenarios, ...leaseScenarios, ...otherScenarios];

  /** Runs the same on both, from the same revision, and holds our transcript to etcd's. */
  async function compare(run: (probe: Probe) => Promise<void>): Promise<void> {
    const revisions = await Promise.all([theirs.revision(), ours.revision()]);
    const [highest = 0n] = revisions.toSorted((a, b) => (a > b ? -1 : 1));
    const transcriptOf = async (probe: Probe): Promise<unknown> => {
      await probe.reset(highest + 3n);
      await run(probe);
      return probe.takeTranscript();
    };
    const expected = await transcriptOf(theirs);
    expect(await transcriptOf(ours)).toEqual(expected);
  }

  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) =>
    compare((probe) => scenario.run(probe)),
  );

  it('answers any sequence of requests as etcd does', async () => {
    await fc.assert(
      fc.asyncProperty(randomRequests, (requests) => compare((probe) => runRandomRequests(probe, requests))),
      { numRuns: 60 },
    );
  });
});
