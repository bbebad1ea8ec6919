import { runConformanceCase, storeConformance } from '@keelson/store/conformance';
import { type EtcdServer, requireServer, startEtcd } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcdFixture } from './etcd-fixture.ts';

/** Holds the driver to the port on one kind of cluster. A file of tests for each: they wait for most of their time, so files run side by side. */
export function conformanceOf(version: '3.7' | '3.4', members: 1 | 3): void {
  describe.skipIf(!requireServer(`etcd-${version}`))(`the port on etcd ${version}, members: ${members}`, () => {
    let etcd: EtcdServer;

    beforeAll(async () => {
      etcd = await startEtcd({ version, members });
    });
    afterAll(() => etcd?.stop());

    test.each(storeConformance.map((one, index) => [`${one.guarantee} ${one.name}`, one, index] as const))(
      '%s',
      async (_name, one, index) => {
        const fixture = etcdFixture(etcd.members[0]?.clientPort ?? 0, `${index}`);
        const compact = async (): Promise<void> => {
          const status = JSON.parse((await etcd.etcdctl(['get', 'x', '-w=json'])).stdout);
          await etcd.etcdctl(['compact', '--physical', `${status.header.revision}`]);
        };
        try {
          const outcome = await runConformanceCase(one, { ...fixture, faults: { ...fixture.faults, compact } });
          if (one.requires?.includes('pause')) expect(outcome).toEqual({ type: 'not-applicable', missing: ['pause'] });
          else expect(outcome).toEqual({ type: 'passed' });
        } finally {
          await fixture.close();
        }
      },
    );
  });
}
