import {
  AlarmAction,
  AlarmType,
  authService,
  clusterService,
  kvService,
  type Method,
  maintenanceService,
} from '@keelson/etcd-protocol';
import type { Scenario } from './probe.ts';

/** The same messages under a name that no server knows. */
const unknown = <Request, Response>(method: Method<Request, Response>, path: string): Method<Request, Response> => ({
  ...method,
  path,
});

/** Maintenance, Cluster, Auth, and what is no method at all. */
export const otherScenarios: readonly Scenario[] = [
  {
    name: 'maintenance: hash of the keys, equal to etcd’s for equal history',
    run: async (probe) => {
      // Below this revision the two servers were brought level by different writes.
      for (const key of ['a', 'b', 'a']) await probe.put(key, `value of ${key}`);
      await probe.connection.unary(kvService.compact, { revision: await probe.revision() });
      await probe.put('c', '1');
      await probe.connection.unary(kvService.deleteRange, { key: 'a' });
      const newest = await probe.revision();
      // The compacted revision itself is left out: there etcd answers with the hash it made before it compacted.
      for (const revision of [0n, newest, newest - 1n, newest - 3n, newest + 5n]) {
        await probe.call(`hash at ${revision - newest}`, maintenanceService.hashKv, { revision });
      }
    },
  },
  {
    name: 'maintenance: status, alarms, defragmentation',
    run: async (probe) => {
      // Versions and sizes are the servers' own affair.
      await probe.call('status', maintenanceService.status, {}, (status) => ({
        header: status.header,
        leads: status.leader === status.header?.memberId,
        version: /^\d+\.\d+\.\d+/.test(status.version),
        dbSize: status.dbSize >= status.dbSizeInUse,
        errors: status.errors,
        isLearner: status.isLearner,
        downgradeInfo: status.downgradeInfo,
      }));
      await probe.call('no alarms', maintenanceService.alarm, { action: AlarmAction.get });
      await probe.call('nothing to clear', maintenanceService.alarm, {
        action: AlarmAction.deactivate,
        alarm: AlarmType.noSpace,
      });
      await probe.call('defragment', maintenanceService.defragment, {});
    },
  },
  {
    name: 'cluster: one member',
    run: async (probe) => {
      for (const linearizable of [false, true]) {
        await probe.call('members', clusterService.memberList, { linearizable }, ({ header, members }) => ({
          header,
          members: members.map((member) => ({
            isItself: member.id === header?.memberId,
            named: member.name !== '',
            clientUrls: member.clientUrls.map((url) => url.replace(/:\d+$/, ':port')),
            isLearner: member.isLearner,
          })),
        }));
      }
    },
  },
  {
    name: 'auth: off',
    run: async (probe) => {
      await probe.call('status', authService.status, {});
      await probe.call('authenticate', authService.authenticate, { name: 'root', password: 'x' });
    },
  },
  {
    name: 'grpc: unknown methods and services, messages that cannot be read',
    run: async (probe) => {
      await probe.call('method', unknown(kvService.range, '/etcdserverpb.KV/Nope'), { key: 'a' });
      await probe.call('service', unknown(kvService.range, '/etcdserverpb.Nope/Range'), { key: 'a' });
      const oversize = { key: 'a', value: new Uint8Array(3_000_000) };
      await probe.call('larger than any message may be', kvService.put, oversize);
      await probe.call('and the connection still serves', kvService.range, { key: 'a' });
    },
  },
];
