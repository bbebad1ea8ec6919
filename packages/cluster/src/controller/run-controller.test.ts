import { silentLogger, virtualRuntime } from '@keelson/runtime';
import { memoryStore } from '@keelson/store/memory';
import { describe, expect, test } from 'vitest';
import { readRecording } from '../../test-support/recording.ts';
import { createAdmin } from '../admin/cluster-admin.ts';
import { builtInStateModel } from '../model/built-in-state-models.ts';
import { clusterPaths, decodeRecord, emptyRecord, encodeRecord, listField, parseJavaMap } from '../model/index.ts';
import { runController } from './run-controller.ts';

const paths = clusterPaths('c');

/** A cluster in a store of its own, in virtual time. */
async function world(seed = 1) {
  const runtime = virtualRuntime({ seed, logger: silentLogger });
  const tree = memoryStore(runtime);
  const admin = createAdmin({ store: tree, runtime });
  await runtime.drive(admin.createCluster('c'));
  const connect = () => memoryStore(runtime, { backend: tree.backend });
  const read = async (path: string) => {
    const entry = await runtime.drive(tree.get(path));
    return entry === undefined ? undefined : decodeRecord(entry.value);
  };
  return { runtime, tree, admin, connect, read };
}

describe('runController', () => {
  test('refuses a cluster that does not exist and a name that cannot be one', async () => {
    const { runtime, tree } = await world();
    const start = (cluster: string, name: string) =>
      runtime.drive(runController({ store: tree, cluster, name, runtime }));
    await expect(start('none', 'c0')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(start('c', 'a/b')).rejects.toMatchObject({ code: 'E_INVALID_PATH' });
  });

  test('writes LEADER, then a line of history, as Helix does', async () => {
    const { runtime, connect, read } = await world();
    const controller = await runtime.drive(runController({ store: connect(), cluster: 'c', name: 'c0', runtime }));
    const leadership = await runtime.drive(controller.waitUntilLeading({ timeoutMs: 1_000 }));
    await runtime.runUntil(() => controller.plan !== undefined, { limitMs: 10_000 });
    const theirs = readRecording('failover').filter(
      (line) => line.kind === 'write' && line.path.includes('/CONTROLLER/'),
    );
    const order = theirs
      .map((line) => (line.kind === 'write' ? line.path : ''))
      .filter((path) => /LEADER|HISTORY/.test(path));
    expect(order.slice(-2)).toEqual(['/FAILOVER/CONTROLLER/LEADER', '/FAILOVER/CONTROLLER/HISTORY']);

    const leader = await read(paths.leader);
    expect(Object.keys(leader?.simpleFields ?? {})).toEqual(['HELIX_VERSION', 'LIVE_INSTANCE', 'SESSION_ID']);
    expect(leader?.id).toBe('c0');
    const history = await read(paths.controllerHistory);
    expect(history && listField(history, 'c')).toEqual(['c0']);
    const [line] = (history && listField(history, 'HISTORY')) ?? [];
    expect(Object.keys(parseJavaMap(line ?? ''))).toEqual(['DATE', 'CONTROLLER', 'VERSION', 'TIME']);
    expect(controller.leading).toBe(true);
    expect(leadership.fencingToken).toBeGreaterThan(0n);
    await runtime.drive(controller.close());
    expect(await read(paths.leader)).toBeUndefined();
    await expect(controller.waitUntilLeading()).rejects.toMatchObject({ code: 'E_CLOSED' });
  });

  test('writes back a built-in state model that somebody changed', async () => {
    const { runtime, tree, connect, read } = await world();
    const path = paths.stateModelDefinition('MasterSlave');
    await runtime.drive(tree.put(path, encodeRecord(emptyRecord('MasterSlave'))));
    const controller = await runtime.drive(runController({ store: connect(), cluster: 'c', name: 'c0', runtime }));
    await runtime.runUntil(() => controller.plan !== undefined, { limitMs: 10_000 });
    expect(await read(path)).toEqual(builtInStateModel('MasterSlave')?.record);
    await runtime.drive(controller.close());
  });

  test('of two, one leads; deposed behind a silent watch, it writes nothing more', async () => {
    const { runtime, tree, admin, connect } = await world();
    const store = connect();
    const first = await runtime.drive(
      runController({ store, cluster: 'c', name: 'first', runtime, sessionTtlMs: 2_000 }),
    );
    await runtime.drive(first.waitUntilLeading());
    const second = await runtime.drive(runController({ store: connect(), cluster: 'c', name: 'second', runtime }));
    await runtime.runUntil(() => first.plan !== undefined, { limitMs: 10_000 });
    expect(second.leading).toBe(false);

    // The first is told nothing: not that its session is over, nor that another leads.
    store.faults.holdWatches();
    const leader = await runtime.drive(tree.get(paths.leader));
    await runtime.drive(tree.backend.revokeLease(BigInt(`0x${leader?.owner ?? '0'}`)));
    await runtime.drive(second.waitUntilLeading({ timeoutMs: 10_000 }));
    await runtime.drive(admin.addInstance('c', 'a_1'));
    await runtime.runUntil(() => !first.leading, { limitMs: 10_000 });
    store.faults.releaseWatches();
    await runtime.advance(5_000);
    const history = await runtime.drive(tree.get(paths.controllerHistory));
    const leaders = history && decodeRecord(history.value);
    expect(leaders && listField(leaders, 'c')).toEqual(['first', 'second']);
    expect(second.leading).toBe(true);
    await runtime.drive(first.close());
    await runtime.drive(second.close());
  });

  test('notes the time at which an instance was first found to be gone, once', async () => {
    const { runtime, admin, connect, read, tree } = await world();
    await runtime.drive(admin.addInstance('c', 'a_1'));
    const controller = await runtime.drive(runController({ store: connect(), cluster: 'c', name: 'c0', runtime }));
    await runtime.runUntil(() => controller.plan !== undefined, { limitMs: 10_000 });
    await runtime.advance(500);
    const history = await read(paths.participantHistory('a_1'));
    expect(Number(history?.simpleFields.LAST_OFFLINE_TIME)).toBeGreaterThan(0);
    expect(history?.listFields.OFFLINE).toHaveLength(1);
    const before = (await runtime.drive(tree.list('/c', { recursive: true }))).revision;
    await runtime.advance(120_000);
    expect((await runtime.drive(tree.list('/c', { recursive: true }))).revision).toBe(before);
    await runtime.drive(controller.close());
  });

  test('answers participants that say their session changed by deleting the notice', async () => {
    const { runtime, tree, connect } = await world();
    const controller = await runtime.drive(runController({ store: connect(), cluster: 'c', name: 'c0', runtime }));
    await runtime.runUntil(() => controller.plan !== undefined, { limitMs: 10_000 });
    const path = `${paths.controllerMessages}/SESSION-SYNC`;
    const notice = {
      ...emptyRecord('SESSION-SYNC'),
      simpleFields: { MSG_TYPE: 'PARTICIPANT_SESSION_CHANGE', TGT_SESSION_ID: '*' },
    };
    await runtime.drive(tree.put(path, encodeRecord(notice)));
    await runtime.advance(500);
    expect(await runtime.drive(tree.get(path))).toBeUndefined();
    await runtime.drive(controller.close());
  });

  test('outlives an outage of the store', async () => {
    const { runtime, connect } = await world();
    const store = connect();
    const controller = await runtime.drive(
      runController({ store, cluster: 'c', name: 'c0', runtime, sessionTtlMs: 2_000 }),
    );
    await runtime.drive(controller.waitUntilLeading());
    store.faults.disconnect();
    await runtime.runUntil(() => !controller.leading, { limitMs: 10_000 });
    await runtime.advance(30_000);
    store.faults.reconnect();
    await runtime.drive(controller.waitUntilLeading({ timeoutMs: 30_000 }));
    expect(controller.leading).toBe(true);
    await runtime.drive(controller.close());
  });
});
