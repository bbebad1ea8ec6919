import { describe, expect, test } from 'vitest';
import { readRecording, recordingNames } from '../../test-support/recording.ts';
import { builtInStateModel, builtInStateModels } from './built-in-state-models.ts';
import { emptyRecord, withListFields, withMapFields, withSimpleFields } from './record.ts';
import { decodeRecord, encodeRecord } from './record-codec.ts';
import { defineStateModel, type StateModelSpec } from './state-model-builder.ts';
import { StateModelDefinition } from './state-model-definition.ts';
import { stateModelFaults } from './state-model-validation.ts';

const model = (name: string): StateModelDefinition => {
  const found = builtInStateModel(name);
  if (found === undefined) throw new Error(`no built-in model ${name}`);
  return found;
};

describe('the built-in models', () => {
  test.each(recordingNames)('are to the byte what Helix wrote in %s', (name) => {
    const written = new Map<string, string>();
    for (const line of readRecording(name)) {
      if (line.kind !== 'write' || line.op !== 'create' || !line.path.includes('/STATEMODELDEFS/')) continue;
      written.set(line.path.split('/').at(-1) ?? '', new TextDecoder().decode(line.value));
    }
    expect([...written.keys()]).toEqual(builtInStateModels.map((definition) => definition.name));
    for (const definition of builtInStateModels) {
      expect(new TextDecoder().decode(encodeRecord(definition.record))).toBe(written.get(definition.name));
    }
  });

  test.each(builtInStateModels.map((definition) => definition.name))('%s is sound', (name) => {
    expect(stateModelFaults(model(name))).toEqual([]);
  });

  test('MasterSlave: one hop at a time, counts, second-top states', () => {
    const masterSlave = model('MasterSlave');
    expect(masterSlave.topState).toBe('MASTER');
    expect(masterSlave.singleTopState).toBe(true);
    expect(masterSlave.secondTopStates).toEqual(['SLAVE']);
    expect(masterSlave.nextState('OFFLINE', 'MASTER')).toBe('SLAVE');
    expect(masterSlave.nextState('MASTER', 'DROPPED')).toBe('SLAVE');
    expect(masterSlave.nextState('ERROR', 'DROPPED')).toBe('DROPPED');
    expect(masterSlave.nextState('ERROR', 'OFFLINE')).toBe('OFFLINE');
    expect([...masterSlave.stateCounts(3, 3)]).toEqual([
      ['MASTER', 1],
      ['SLAVE', 2],
    ]);
    expect([...masterSlave.stateCounts(1, 3)]).toEqual([['MASTER', 1]]);
  });

  test('a model without ERROR has the ways out of it all the same', () => {
    expect(model('LeaderStandby').nextState('ERROR', 'DROPPED')).toBe('DROPPED');
    expect(model('LeaderStandby').nextState('ERROR', 'OFFLINE')).toBe('OFFLINE');
  });

  test('OnlineOffline has no single top state', () => {
    expect(model('OnlineOffline').singleTopState).toBe(false);
    expect([...model('OnlineOffline').stateCounts(5, 3)]).toEqual([['ONLINE', 3]]);
  });
});

const leaderFollower: StateModelSpec = {
  name: 'LeaderFollower',
  initialState: 'OFFLINE',
  states: [
    { name: 'LEADER', count: '1' },
    { name: 'FOLLOWER', count: 'R' },
    { name: 'OFFLINE', count: '-1' },
  ],
  transitions: [
    { from: 'LEADER', to: 'FOLLOWER' },
    { from: 'FOLLOWER', to: 'LEADER' },
    { from: 'OFFLINE', to: 'FOLLOWER' },
    { from: 'FOLLOWER', to: 'OFFLINE' },
  ],
};

describe("a model of one's own", () => {
  test('gets its table of hops, DROPPED and ERROR', () => {
    const definition = defineStateModel(leaderFollower);
    expect(definition.states).toEqual(['LEADER', 'FOLLOWER', 'OFFLINE', 'DROPPED', 'ERROR']);
    expect(definition.nextState('LEADER', 'DROPPED')).toBe('FOLLOWER');
    expect(definition.nextState('ERROR', 'LEADER')).toBe('OFFLINE');
    const stored = decodeRecord(encodeRecord(definition.record));
    expect(stored && stateModelFaults(new StateModelDefinition(stored))).toEqual([]);
  });

  test('all faults are named at once', () => {
    const spec: StateModelSpec = {
      ...leaderFollower,
      states: [...leaderFollower.states, { name: 'LOST', count: 'many' }],
      transitions: [...leaderFollower.transitions, { from: 'LEADER', to: 'NOWHERE' }],
    };
    expect(() => defineStateModel(spec)).toThrow(
      expect.objectContaining({
        code: 'E_INVALID_ARGUMENT',
        details: {
          stateModel: 'LeaderFollower',
          faults: [
            'the count of LOST is "many"; it must be a number, N, R or -1',
            expect.stringContaining('NOWHERE'),
            'state LOST has no way to DROPPED',
            'state LOST cannot be reached from the initial state OFFLINE',
            'transition "LEADER-NOWHERE" is not FROM-TO of two known states',
          ],
        },
      }),
    );
  });

  test('a cycle in the table of hops is found', () => {
    const record = withListFields(
      withMapFields(withSimpleFields(emptyRecord('Loop'), { INITIAL_STATE: 'A' }), {
        'A.meta': { count: '-1' },
        'A.next': { C: 'B', B: 'B', DROPPED: 'DROPPED' },
        'B.meta': { count: '-1' },
        'B.next': { C: 'A', A: 'A', DROPPED: 'A' },
        'C.meta': { count: '1' },
        'C.next': { DROPPED: 'DROPPED' },
        'DROPPED.meta': { count: '-1' },
      }),
      { STATE_PRIORITY_LIST: ['C', 'B', 'A', 'DROPPED'] },
    );
    const faults = stateModelFaults(new StateModelDefinition(record));
    expect(faults).toContain('the way from A to C is a cycle: A → B → A');
    expect(faults).toContain('state C cannot be reached from the initial state A');
  });
});
