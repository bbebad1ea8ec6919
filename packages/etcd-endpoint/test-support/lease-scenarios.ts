import {
  type ClientStream,
  type Init,
  kvService,
  type LeaseKeepAliveRequest,
  type LeaseKeepAliveResponse,
  type LeaseTimeToLiveResponse,
  leaseService,
} from '@keelson/etcd-protocol';
import type { Probe, Scenario } from './probe.ts';

/** Ids that both servers are told to use, so that answers can be compared. */
const ID = 7_001n;

const grant = (probe: Probe, ttl: number, id = ID): Promise<unknown> =>
  probe.call(`grant ${id} for ${ttl} s`, leaseService.grant, { id, ttl });
const revoke = (probe: Probe, id = ID): Promise<unknown> => probe.call(`revoke ${id}`, leaseService.revoke, { id });

/** The seconds left depend on how fast the test runs: only whether they can be right is compared. etcd lists keys in any order. */
const tidyTimeToLive = ({ ttl, keys, ...rest }: LeaseTimeToLiveResponse): unknown => ({
  ...rest,
  keys: keys.toSorted(),
  ttl: ttl <= 0 ? ttl : ttl <= rest.grantedTtl && ttl > rest.grantedTtl - 30,
});
const timeToLive = (probe: Probe, step: string, keys: boolean, id = ID): Promise<unknown> =>
  probe.call(step, leaseService.timeToLive, { id, keys }, tidyTimeToLive);

/** Renews leases on one stream and records the answers. */
async function keepAlive(probe: Probe, step: string, ids: readonly bigint[]): Promise<void> {
  const answers: LeaseKeepAliveResponse[] = [];
  await new Promise<void>((resolve, reject) => {
    const stream: ClientStream<LeaseKeepAliveRequest> = probe.connection.stream(leaseService.keepAlive, {
      onMessage: (response) => {
        answers.push(response);
        if (answers.length === ids.length) stream.end();
      },
      onEnd: (error) => (error === undefined ? resolve() : reject(error)),
    });
    for (const id of ids) stream.send({ id });
  });
  probe.record(step, answers);
}

const put = (probe: Probe, key: string, lease: bigint): Promise<unknown> =>
  probe.call(`put ${key} under ${lease}`, kvService.put, { key, value: Buffer.from('v'), lease });
const all: Init<{ key: string; rangeEnd: string }> = { key: '\0', rangeEnd: '\0' };

/** Requests of `etcdserverpb.Lease`. The backend grants what etcd grants: 2 s at least. */
export const leaseScenarios: readonly Scenario[] = [
  {
    name: 'lease: granting',
    run: async (probe) => {
      await grant(probe, 60);
      await grant(probe, 60);
      await grant(probe, 1, ID + 1n);
      await grant(probe, 0, ID + 2n);
      await grant(probe, -10, ID + 3n);
      await grant(probe, 9_000_000_000, ID + 4n);
      await grant(probe, 9_000_000_001, ID + 5n);
      await grant(probe, 60, -3n);
      const chosen = await probe.call('grant with an id of the server', leaseService.grant, { ttl: 60 }, (one) => ({
        ...one,
        id: one.id > 0n,
      }));
      await probe.call('all', leaseService.leases, {}, ({ leases, ...rest }) => ({
        ...rest,
        leases: leases
          .map(({ id }) => (id === chosen?.id ? 'chosen' : `${id}`))
          .filter((id) => id !== `${ID + 1n}` && id !== `${ID + 2n}` && id !== `${ID + 3n}`)
          .sort(),
      }));
      for (const id of [ID, ID + 1n, ID + 2n, ID + 3n, ID + 4n, -3n]) {
        await probe.connection.unary(leaseService.revoke, { id }).catch(() => undefined);
      }
      await probe.connection.unary(leaseService.revoke, { id: chosen?.id ?? 0n });
    },
  },
  {
    name: 'lease: keys follow it',
    run: async (probe) => {
      await grant(probe, 60);
      await grant(probe, 90, ID + 1n);
      for (const key of ['b', 'a', 'c']) await put(probe, key, ID);
      await timeToLive(probe, 'three keys', true);
      await timeToLive(probe, 'not asked for keys', false);
      await put(probe, 'a', ID + 1n);
      await put(probe, 'b', 0n);
      await timeToLive(probe, 'one left', true);
      await timeToLive(probe, 'the other', true, ID + 1n);
      await probe.call('ignoreLease keeps it', kvService.put, { key: 'c', value: Buffer.from('w'), ignoreLease: true });
      await probe.call('ignoreValue moves it', kvService.put, { key: 'c', ignoreValue: true, lease: ID + 1n });
      await timeToLive(probe, 'nothing left', true);
      await revoke(probe);
      await probe.call('keys', kvService.range, all);
      await revoke(probe, ID + 1n);
      await probe.call('no keys of it', kvService.range, all);
      await revoke(probe);
      await timeToLive(probe, 'gone', true);
      await put(probe, 'd', ID);
    },
  },
  {
    name: 'lease: revoking is one revision, in order of keys',
    run: async (probe) => {
      await grant(probe, 60);
      for (const key of ['z', 'm', 'a']) await put(probe, key, ID);
      const watch = probe.watch();
      watch.send({ createRequest: { key: '', rangeEnd: '\0' } });
      await watch.receive('created', 1);
      await revoke(probe);
      await watch.receive('deletes', 1);
      await grant(probe, 60);
      await revoke(probe);
    },
  },
  {
    name: 'lease: renewing on a stream, also what is gone or never was',
    run: async (probe) => {
      await grant(probe, 60);
      await keepAlive(probe, 'answers', [ID, ID, 99n, 0n, ID]);
      await revoke(probe);
      await keepAlive(probe, 'after the revoke', [ID]);
    },
  },
  {
    name: 'lease: expiry deletes its keys',
    run: async (probe) => {
      await grant(probe, 2);
      await put(probe, 'x', ID);
      const watch = probe.watch();
      watch.send({ createRequest: { key: 'x', prevKv: true } });
      await watch.receive('created', 1);
      await watch.receive('deleted', 1);
      await timeToLive(probe, 'gone', true);
      await keepAlive(probe, 'cannot be renewed', [ID]);
      await put(probe, 'x', ID);
    },
  },
  {
    name: 'lease: unknown ids',
    run: async (probe) => {
      await timeToLive(probe, 'time to live', true, 4_242n);
      await revoke(probe, 4_242n);
      await revoke(probe, 0n);
      await put(probe, 'x', 4_242n);
    },
  },
];
