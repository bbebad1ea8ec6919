import { type Init, kvService, type WatchCreateRequest, WatchFilter, type WatchResponse } from '@keelson/etcd-protocol';
import type { Probe, Scenario, WatchProbe } from './probe.ts';

const create = (watch: WatchProbe, request: Init<WatchCreateRequest>): void => watch.send({ createRequest: request });
const remove = (probe: Probe, key: string, rangeEnd = ''): Promise<unknown> =>
  probe.connection.unary(kvService.deleteRange, { key, rangeEnd });

/** The header's revision left out: how many writes lie between two answers is up to the server's timing. */
const withoutRevision = ({ header, ...rest }: WatchResponse): unknown => ({ ...rest, header: header !== undefined });

/** Requests of `etcdserverpb.Watch`. */
export const watchScenarios: readonly Scenario[] = [
  {
    name: 'watch: live events of one key, of a range, from a key on, of everything',
    run: async (probe) => {
      const watch = probe.watch();
      const requests = [
        { key: 'b' },
        { key: 'a', rangeEnd: 'c' },
        { key: 'b', rangeEnd: '\0' },
        { key: '', rangeEnd: '\0' },
        { key: 'b', prevKv: true },
      ];
      for (const request of requests) {
        create(watch, request);
        await watch.receive(`created ${JSON.stringify(request)}`, 1);
      }
      const inIdOrder = async (step: string, count: number): Promise<void> => {
        const answers: WatchResponse[] = [];
        await watch.receive(step, 0);
        await watch.receive(`${step}: answers`, count, (answer) => {
          answers.push(answer);
          return '';
        });
        answers.sort((a, b) => Number(a.watchId - b.watchId));
        probe.record(`${step}: in order of ids`, answers);
      };
      await probe.put('b', '1');
      await inIdOrder('put b', 5);
      await probe.put('b', '2');
      await inIdOrder('put b again', 5);
      await probe.put('a', '1');
      await inIdOrder('put a', 2);
      await remove(probe, 'b');
      await inIdOrder('delete b', 5);
      await remove(probe, 'absent');
      await probe.put('z', '1');
      await inIdOrder('put z', 2);
    },
  },
  {
    name: 'watch: a transaction is one answer',
    run: async (probe) => {
      await probe.put('d', 'gone soon');
      const watch = probe.watch();
      create(watch, { key: 'a', rangeEnd: 'z', prevKv: true });
      await watch.receive('created', 1);
      await probe.connection.unary(kvService.txn, {
        success: [
          { requestPut: { key: 'c', value: Buffer.from('1') } },
          { requestPut: { key: 'a', value: Buffer.from('2') } },
          { requestDeleteRange: { key: 'd' } },
        ],
      });
      await watch.receive('events', 1);
    },
  },
  {
    name: 'watch: from the past, with previous values and filters',
    run: async (probe) => {
      for (const key of ['a', 'b', 'a', 'c']) await probe.put(key, `value ${key}`);
      await remove(probe, 'a', 'c');
      await probe.put('a', 'again');
      const from = probe.base + 1n;
      const plain: readonly (readonly [Init<WatchCreateRequest>, number])[] = [
        [{ key: 'a', startRevision: from }, 4],
        [{ key: 'a', startRevision: from + 2n }, 3],
        [{ key: 'a', rangeEnd: 'z', startRevision: from }, 7],
        [{ key: 'a', rangeEnd: 'z', startRevision: from, prevKv: true }, 7],
        [{ key: '', rangeEnd: '\0', startRevision: from + 4n, prevKv: true }, 3],
        [{ key: 'a', rangeEnd: 'z', startRevision: from, filters: [WatchFilter.noPut] }, 2],
        [{ key: 'a', rangeEnd: 'z', startRevision: from, filters: [WatchFilter.noDelete] }, 5],
        [{ key: 'a', rangeEnd: 'z', startRevision: from, filters: [WatchFilter.noDelete, 7] }, 5],
      ];
      for (const [request, events] of plain) {
        const watch = probe.watch();
        create(watch, request);
        await watch.receive(`created ${Object.keys(request).join(' ')}`, 1);
        await watch.receiveEvents('events', events);
      }
    },
  },
  {
    name: 'watch: from the future nothing comes before that revision',
    run: async (probe) => {
      const watch = probe.watch();
      create(watch, { key: 'a', startRevision: probe.base + 3n });
      await watch.receive('created', 1);
      for (const value of ['1', '2', '3', '4']) await probe.put('a', value);
      await watch.receiveEvents('events', 2);
    },
  },
  {
    name: 'watch: compacted history',
    run: async (probe) => {
      for (let i = 0; i < 6; i++) await probe.put('a', `${i}`);
      await probe.connection.unary(kvService.compact, { revision: probe.base + 4n });
      const watch = probe.watch();
      create(watch, { key: 'a', startRevision: probe.base + 2n });
      await watch.receive('created', 1);
      await watch.receive('canceled', 1);
      create(watch, { key: 'a', startRevision: probe.base + 4n });
      await watch.receive('created at the compacted revision', 1);
      await watch.receiveEvents('events', 3);
      create(watch, { key: 'a', startRevision: -1n });
      await watch.receive('negative', 1);
      watch.send({ cancelRequest: { watchId: 0n } });
      await watch.receive('cancel of the compacted one', 1);
    },
  },
  {
    name: 'watch: ids, duplicates, cancels',
    run: async (probe) => {
      const watch = probe.watch();
      const ids: readonly bigint[] = [0n, 0n, 7n, 7n, 2n, 0n, 0n, -5n];
      for (const watchId of ids) {
        create(watch, { key: 'a', watchId });
        await watch.receive(`create with id ${watchId}`, 1);
      }
      create(watch, { key: 'b', rangeEnd: 'a' });
      await watch.receive('empty range', 1);
      create(watch, { key: 'b', rangeEnd: 'b' });
      await watch.receive('empty range of one key', 1);
      watch.send({ cancelRequest: { watchId: 99n } });
      watch.send({ cancelRequest: { watchId: 7n } });
      await watch.receive('cancel 7', 1);
      watch.send({ cancelRequest: { watchId: 7n } });
      watch.send({});
      create(watch, { key: 'a', watchId: 7n });
      await watch.receive('7 again', 1);
    },
  },
  {
    name: 'watch: nothing comes after a cancel',
    run: async (probe) => {
      const watch = probe.watch();
      create(watch, { key: 'a', watchId: 1n });
      create(watch, { key: 'a', watchId: 2n });
      await watch.receive('created', 2);
      watch.send({ cancelRequest: { watchId: 1n } });
      await watch.receive('canceled', 1);
      await probe.put('a', '1');
      await watch.receive('the other still gets it', 1);
      create(watch, { key: 'zzz' });
      await watch.receive('and nothing lay between', 1);
    },
  },
  {
    name: 'watch: progress on request',
    run: async (probe) => {
      const watch = probe.watch();
      watch.send({ progressRequest: {} });
      create(watch, { key: 'a' });
      await watch.receive('a request without watches is not answered', 1);
      watch.send({ progressRequest: {} });
      await watch.receive('progress', 1);
      await probe.put('b', '1');
      watch.send({ progressRequest: {} });
      await watch.receive('progress after a write elsewhere', 1);
      await probe.put('a', '1');
      await watch.receive('event', 1);
      watch.send({ progressRequest: {} });
      await watch.receive('progress after an event', 1);
    },
  },
  {
    name: 'watch: a client that sends no more still listens',
    run: async (probe) => {
      const watch = probe.watch();
      create(watch, { key: 'a' });
      watch.halfClose();
      await watch.receive('created', 1);
      await probe.put('a', '1');
      await watch.receive('event', 1);
    },
  },
  {
    name: 'watch: fragments of a large answer',
    run: async (probe) => {
      const value = Buffer.alloc(700_000, 'x');
      const watch = probe.watch();
      create(watch, { key: 'f', rangeEnd: 'g', fragment: true, startRevision: probe.base + 1n });
      await watch.receive('created', 1);
      for (const key of ['f1', 'f2', 'f3', 'f4', 'f5']) await probe.connection.unary(kvService.put, { key, value });
      await watch.receiveEvents('live', 5);
      const again = probe.watch();
      create(again, { key: 'f', rangeEnd: 'g', fragment: true, startRevision: probe.base + 1n });
      await again.receive('created again', 1, withoutRevision);
      await again.receiveEvents('from the past', 5);
    },
  },
];
