import { describe, expect, test } from 'vitest';
import { readRecording } from '../../test-support/recording.ts';
import { CurrentState } from './current-state.ts';
import { historyLeader, historyOffline, historyOnline, lastOfflineMs } from './histories.ts';
import { IdealState } from './ideal-state.ts';
import { InstanceConfig } from './instance-config.ts';
import { formatControllerTime, formatHistoryTime, parseJavaMap } from './java-format.ts';
import { LiveInstance } from './live-instance.ts';
import { Message } from './message.ts';
import { emptyRecord, withListFields, withSimpleFields, type ZNRecord } from './record.ts';
import { decodeRecord, encodeRecord } from './record-codec.ts';

const lines = readRecording('failover');
const text = (record: ZNRecord): string => new TextDecoder().decode(encodeRecord(record));

function written(match: (path: string) => boolean): { readonly text: string; readonly record: ZNRecord }[] {
  return lines.flatMap((line) => {
    const record = line.kind === 'write' && match(line.path) ? decodeRecord(line.value) : undefined;
    return record === undefined ? [] : [{ text: text(record), record }];
  });
}

describe('what we build is what Helix wrote, byte for byte', () => {
  test('state transition messages', () => {
    const messages = written((path) => path.includes('/MESSAGES/')).map(({ record }) => new Message(record));
    const fresh = messages.filter((message) => message.type === 'STATE_TRANSITION' && message.state === 'new');
    expect(fresh.length).toBeGreaterThan(40);
    for (const message of fresh) {
      const { simpleFields } = message.record;
      const built = Message.stateTransition({
        id: message.id,
        sourceName: message.sourceName,
        sourceSession: message.sourceSession,
        targetName: message.targetName,
        targetSession: message.targetSession,
        resource: message.resource,
        partition: message.partition,
        stateModel: message.stateModel,
        fromState: message.fromState,
        toState: message.toState,
        createdMs: message.createdMs,
        activeReplicas: Number(simpleFields.CURRENT_ACTIVE_REPLICA_NUMBER),
        eventName: simpleFields.ClusterEventName ?? '',
        ...(simpleFields.ST_REBALANCE_TYPE === 'LOAD_REBALANCE' ? { rebalanceType: 'LOAD_REBALANCE' as const } : {}),
        ...(simpleFields.ST_REBALANCE_TYPE === 'RECOVERY_REBALANCE'
          ? { rebalanceType: 'RECOVERY_REBALANCE' as const }
          : {}),
      });
      expect(text(built.record)).toBe(text(message.record));
      expect(built.isValid()).toBe(true);
    }
  });

  test('a message that was read', () => {
    const byId = new Map<string, Message>();
    let compared = 0;
    for (const { record } of written((path) => path.includes('/MESSAGES/'))) {
      const message = new Message(record);
      const before = byId.get(message.id);
      byId.set(message.id, message);
      if (before === undefined || message.state !== 'read') continue;
      const { EXE_SESSION_ID, READ_TIMESTAMP } = record.simpleFields;
      expect(text(before.withRead(EXE_SESSION_ID ?? '', Number(READ_TIMESTAMP)).record)).toBe(text(record));
      compared++;
    }
    expect(compared).toBeGreaterThan(40);
  });

  test('live instances and the leader', () => {
    for (const { text: original, record } of written((path) => path.includes('/LIVEINSTANCES/'))) {
      const { SESSION_ID, LIVE_INSTANCE } = record.simpleFields;
      expect(text(LiveInstance.participant(record.id, SESSION_ID ?? '', LIVE_INSTANCE ?? '').record)).toBe(original);
    }
    for (const { text: original, record } of written((path) => path.endsWith('/LEADER'))) {
      const { SESSION_ID, LIVE_INSTANCE } = record.simpleFields;
      expect(text(LiveInstance.controller(record.id, SESSION_ID ?? '', LIVE_INSTANCE ?? '').record)).toBe(original);
    }
  });

  test('instance configs: added, disabled, enabled, a partition disabled and enabled', () => {
    const [added, disabled, enabled] = written((path) => path.endsWith('/PARTICIPANT/a_1'));
    const addedAt = Number(added?.record.simpleFields.HELIX_ENABLED_TIMESTAMP);
    const config = InstanceConfig.create('a_1', { enabledMs: addedAt });
    expect(text(config.record)).toBe(added?.text);
    const off = config.withEnabled(false, Number(disabled?.record.simpleFields.HELIX_ENABLED_TIMESTAMP));
    expect(text(off.record)).toBe(disabled?.text);
    expect(off.enabled).toBe(false);
    const on = off.withEnabled(true, Number(enabled?.record.simpleFields.HELIX_ENABLED_TIMESTAMP));
    expect(text(on.record)).toBe(enabled?.text);

    const [before, without, again] = written((path) => path.endsWith('/PARTICIPANT/c_3'));
    const partitionOff = new InstanceConfig(before?.record ?? emptyRecord('')).withDisabledPartitions('db', ['db_0']);
    expect(text(partitionOff.record)).toBe(without?.text);
    expect([...partitionOff.disabledPartitions('db')]).toEqual(['db_0']);
    expect(text(partitionOff.withDisabledPartitions('db', []).record)).toBe(again?.text);
  });

  test('histories of instances and of controllers', () => {
    let history: ZNRecord | undefined;
    let beforeOffline: ZNRecord | undefined;
    for (const { text: original, record } of written((path) => path.endsWith('/INSTANCES/b_2/HISTORY'))) {
      const last = record.listFields.HISTORY?.at(-1);
      const offline = lastOfflineMs(record);
      if (last !== undefined && record.simpleFields.LAST_OFFLINE_TIME === '-1') {
        const line = parseJavaMap(last);
        const at = Number(line.TIME);
        const entry = { host: line.HOST ?? '', session: line.SESSION ?? '', version: '2.0.1', atMs: at };
        expect(text(historyOnline('b_2', history, entry))).toBe(original);
      } else if (offline > 0) {
        // Two pipelines of the Java controller write it at once, each from what it read before.
        if (lastOfflineMs(history) <= 0) beforeOffline = history;
        expect(text(historyOffline('b_2', beforeOffline, offline))).toBe(original);
      }
      history = record;
    }
    expect(history?.listFields.HISTORY).toHaveLength(2);

    const [created, led] = written((path) => path.endsWith('/CONTROLLER/HISTORY'));
    const atMs = Number(parseJavaMap(led?.record.listFields.HISTORY?.[0] ?? '').TIME);
    expect(text(historyLeader('FAILOVER', created?.record, { controller: 'c0', version: '2.0.1', atMs }))).toBe(
      led?.text,
    );
  });
});

describe('views', () => {
  test('times are printed as Java does', () => {
    expect(formatHistoryTime(1_795_241_402_393)).toBe('2026-11-21T06:10:02:393');
    expect(formatControllerTime(1_795_241_391_853)).toBe('2026-11-21-06:09:51');
    expect(formatHistoryTime(951_782_400_000)).toBe('2000-02-29T00:00:00:000');
    expect(formatHistoryTime(-1)).toBe('1969-12-31T23:59:59:999');
  });

  test('a current state carried over knows the initial state and no more', () => {
    const old = CurrentState.create({ resource: 'db', session: '1', stateModel: 'MasterSlave' }).withReplica('db_0', {
      state: 'MASTER',
      previousState: 'SLAVE',
      startedMs: 1,
      endedMs: 2,
      triggeredBy: 'c0',
    });
    expect(old.stateOf('db_0')).toBe('MASTER');
    expect(old.enteredMs('db_0')).toBe(2);
    const next = old.carriedOver('2', 'OFFLINE');
    expect(next.session).toBe('2');
    expect(next.record.mapFields).toEqual({ db_0: { CURRENT_STATE: 'OFFLINE' } });
    expect(old.withoutReplica('db_0').partitions).toEqual([]);
  });

  test('the mode is derived from its older name where need be', () => {
    const ideal = new IdealState(withSimpleFields(emptyRecord('db'), { IDEAL_STATE_MODE: 'AUTO_REBALANCE' }));
    expect(ideal.mode).toBe('FULL_AUTO');
    expect(ideal.withMode('CUSTOMIZED').record.simpleFields).toMatchObject({
      REBALANCE_MODE: 'CUSTOMIZED',
      IDEAL_STATE_MODE: 'CUSTOMIZED',
    });
  });

  test('HELIX_ENABLED decides between ENABLE and DISABLE, the list of operations all else', () => {
    const operation = (name: string): string => JSON.stringify({ OPERATION: name, TIMESTAMP: '1', SOURCE: 'USER' });
    const config = (enabled: string | undefined, last: string): InstanceConfig =>
      new InstanceConfig(
        withListFields(withSimpleFields(emptyRecord('a_1'), { HELIX_ENABLED: enabled }), {
          HELIX_INSTANCE_OPERATIONS: [operation('ENABLE'), last],
        }),
      );
    expect(config(undefined, operation('EVACUATE')).operation).toBe('EVACUATE');
    expect(config('false', operation('EVACUATE')).operation).toBe('DISABLE');
    expect(config('true', operation('DISABLE')).operation).toBe('ENABLE');
    expect(config(undefined, operation('NEWER')).operation).toBe('UNKNOWN');
    expect(config(undefined, 'no json').operation).toBe('UNKNOWN');
  });
});
