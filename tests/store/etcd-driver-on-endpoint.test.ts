import { passwordAuth, startEtcdEndpoint } from '@keelson/etcd-endpoint';
import { runConformanceCase, storeConformance } from '@keelson/store/conformance';
import { type EmbeddedBackend, openEmbeddedBackend } from '@keelson/store-embedded';
import { connectEtcd } from '@keelson/store-etcd';
import { temporaryDirectory, testRuntime } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etcdFixture } from '../../packages/store-etcd/test-support/etcd-fixture.ts';

/** An endpoint on an embedded store in a folder of its own. */
async function startOurs(auth?: { user: string; password: string }): Promise<{
  readonly backend: EmbeddedBackend;
  readonly port: number;
  readonly stop: () => Promise<void>;
}> {
  const directory = await temporaryDirectory();
  const backend = await openEmbeddedBackend({ directory: directory.path, runtime: testRuntime });
  const endpoint = await startEtcdEndpoint({
    backend,
    runtime: testRuntime,
    host: '127.0.0.1',
    port: 0,
    ...(auth === undefined ? {} : { auth: passwordAuth(new Map([[auth.user, auth.password]])) }),
  });
  return {
    backend,
    port: endpoint.port,
    stop: async (): Promise<void> => {
      await endpoint.close();
      await backend.close();
      await directory.remove();
    },
  };
}

describe('the etcd driver on our own endpoint keeps the promise', () => {
  let ours: Awaited<ReturnType<typeof startOurs>>;

  beforeAll(async () => {
    ours = await startOurs();
  });
  afterAll(() => ours?.stop());

  test.each(storeConformance.map((one, index) => [`${one.guarantee} ${one.name}`, one, index] as const))(
    '%s',
    async (_name, one, index) => {
      const fixture = etcdFixture(ours.port, `${index}`);
      const compact = async (): Promise<void> => {
        await ours.backend.compact(ours.backend.revision);
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

test('the etcd driver signs in to our own endpoint, and is refused with a wrong password', async () => {
  const ours = await startOurs({ user: 'ops', password: 'secret' });
  const endpoints = [`127.0.0.1:${ours.port}`];
  try {
    const store = await connectEtcd({ endpoints, auth: { user: 'ops', password: 'secret' } });
    expect((await store.put('/a', new Uint8Array([1]))).version).toBe(1);
    await store.close();
    const wrong = connectEtcd({ endpoints, auth: { user: 'ops', password: 'wrong' } });
    await expect(wrong).rejects.toMatchObject({ code: 'E_UNAUTHENTICATED' });
  } finally {
    await ours.stop();
  }
});
