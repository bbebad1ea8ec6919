import { describe, expect, it } from 'vitest';
import type { Resource } from '../api/types.ts';
import { stateOrder, topStates } from './state-order.ts';

const model = (name: string, ...states: readonly string[]) => ({
  name,
  states: states.map((state) => ({ name: state, count: 'R' })),
});
const resource = (name: string, stateModel: string): Resource => ({
  name,
  stateModel,
  partitions: 1,
  replicas: 1,
  mode: 'FULL_AUTO',
  enabled: true,
  tag: null,
  minActiveReplicas: null,
  states: {},
  converged: true,
});

const MODELS = [
  model('LeaderStandby', 'LEADER', 'STANDBY', 'OFFLINE'),
  model('MasterSlave', 'MASTER', 'SLAVE', 'OFFLINE'),
];

describe('the states of a cluster', () => {
  it('come from the models in use, ERROR last', () => {
    expect(stateOrder(MODELS, [resource('kv', 'MasterSlave')])).toEqual(['MASTER', 'SLAVE', 'OFFLINE', 'ERROR']);
    const both = [resource('kv', 'MasterSlave'), resource('job', 'LeaderStandby')];
    expect(stateOrder(MODELS, both)).toEqual(['MASTER', 'SLAVE', 'OFFLINE', 'LEADER', 'STANDBY', 'ERROR']);
  });

  it('have one top state for each resource of a known model', () => {
    const resources = [resource('kv', 'MasterSlave'), resource('x', 'Unknown')];
    expect(topStates(MODELS, resources)).toEqual({ kv: 'MASTER' });
  });
});
