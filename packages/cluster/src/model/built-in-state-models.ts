import type { ZNRecord } from './record.ts';
import { StateModelDefinition } from './state-model-definition.ts';

type Hops = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface BuiltIn {
  readonly name: string;
  readonly initialState: string;
  /** State and count, in order of priority. */
  readonly states: readonly (readonly [state: string, count: string])[];
  readonly transitions: readonly string[];
  readonly hops: Hops;
}

/** The record of a built-in model, map fields in the order of their keys. */
function toRecord(model: BuiltIn): ZNRecord {
  const mapFields: Record<string, Readonly<Record<string, string>>> = {};
  for (const [state, count] of [...model.states].sort(([a], [b]) => (a < b ? -1 : 1))) {
    mapFields[`${state}.meta`] = { count };
    const row = model.hops[state];
    if (row !== undefined) mapFields[`${state}.next`] = row;
  }
  return {
    id: model.name,
    simpleFields: { INITIAL_STATE: model.initialState },
    mapFields,
    listFields: {
      STATE_PRIORITY_LIST: model.states.map(([state]) => state),
      STATE_TRANSITION_PRIORITYLIST: model.transitions,
    },
  };
}

const masterSlave: BuiltIn = {
  name: 'MasterSlave',
  initialState: 'OFFLINE',
  states: [
    ['MASTER', '1'],
    ['SLAVE', 'R'],
    ['OFFLINE', '-1'],
    ['DROPPED', '-1'],
    ['ERROR', '-1'],
  ],
  transitions: ['MASTER-SLAVE', 'SLAVE-MASTER', 'OFFLINE-SLAVE', 'SLAVE-OFFLINE', 'OFFLINE-DROPPED'],
  hops: {
    ERROR: { DROPPED: 'DROPPED', OFFLINE: 'OFFLINE' },
    MASTER: { SLAVE: 'SLAVE', DROPPED: 'SLAVE', OFFLINE: 'SLAVE' },
    OFFLINE: { SLAVE: 'SLAVE', MASTER: 'SLAVE', DROPPED: 'DROPPED' },
    SLAVE: { MASTER: 'MASTER', DROPPED: 'OFFLINE', OFFLINE: 'OFFLINE' },
  },
};

const leaderStandby: BuiltIn = {
  name: 'LeaderStandby',
  initialState: 'OFFLINE',
  states: [
    ['LEADER', '1'],
    ['STANDBY', 'R'],
    ['OFFLINE', '-1'],
    ['DROPPED', '-1'],
  ],
  transitions: ['LEADER-STANDBY', 'STANDBY-LEADER', 'OFFLINE-STANDBY', 'STANDBY-OFFLINE', 'OFFLINE-DROPPED'],
  hops: {
    LEADER: { DROPPED: 'STANDBY', STANDBY: 'STANDBY', OFFLINE: 'STANDBY' },
    OFFLINE: { LEADER: 'STANDBY', DROPPED: 'DROPPED', STANDBY: 'STANDBY' },
    STANDBY: { LEADER: 'LEADER', DROPPED: 'OFFLINE', OFFLINE: 'OFFLINE' },
  },
};

const storageDefaultSmSchemata: BuiltIn = {
  name: 'STORAGE_DEFAULT_SM_SCHEMATA',
  initialState: 'OFFLINE',
  states: [
    ['MASTER', 'N'],
    ['OFFLINE', '-1'],
    ['DROPPED', '-1'],
    ['ERROR', '-1'],
  ],
  transitions: ['MASTER-OFFLINE', 'OFFLINE-MASTER'],
  hops: {
    ERROR: { DROPPED: 'DROPPED', OFFLINE: 'OFFLINE' },
    MASTER: { DROPPED: 'OFFLINE', OFFLINE: 'OFFLINE' },
    OFFLINE: { MASTER: 'MASTER', DROPPED: 'DROPPED' },
  },
};

const onlineOffline: BuiltIn = {
  name: 'OnlineOffline',
  initialState: 'OFFLINE',
  states: [
    ['ONLINE', 'R'],
    ['OFFLINE', '-1'],
    ['DROPPED', '-1'],
  ],
  transitions: ['OFFLINE-ONLINE', 'ONLINE-OFFLINE', 'OFFLINE-DROPPED'],
  hops: {
    OFFLINE: { DROPPED: 'DROPPED', ONLINE: 'ONLINE' },
    ONLINE: { DROPPED: 'OFFLINE', OFFLINE: 'OFFLINE' },
  },
};

const onlineOfflineWithBootstrap: BuiltIn = {
  name: 'OnlineOfflineWithBootstrap',
  initialState: 'OFFLINE',
  states: [
    ['ONLINE', 'R'],
    ['BOOTSTRAP', '-1'],
    ['OFFLINE', '-1'],
    ['DROPPED', '-1'],
    ['ERROR', '-1'],
  ],
  transitions: ['ONLINE-OFFLINE', 'OFFLINE-BOOTSTRAP', 'BOOTSTRAP-ONLINE', 'OFFLINE-DROPPED'],
  hops: {
    BOOTSTRAP: { BOOTSTRAP: 'BOOTSTRAP', DROPPED: 'ONLINE', ONLINE: 'ONLINE', OFFLINE: 'ONLINE' },
    DROPPED: { DROPPED: 'DROPPED' },
    ERROR: { DROPPED: 'DROPPED', ERROR: 'ERROR', OFFLINE: 'OFFLINE' },
    OFFLINE: { BOOTSTRAP: 'BOOTSTRAP', DROPPED: 'DROPPED', OFFLINE: 'OFFLINE', ONLINE: 'BOOTSTRAP' },
    ONLINE: { BOOTSTRAP: 'OFFLINE', DROPPED: 'OFFLINE', ONLINE: 'ONLINE', OFFLINE: 'OFFLINE' },
  },
};

const schedulerTaskQueue: BuiltIn = {
  name: 'SchedulerTaskQueue',
  initialState: 'OFFLINE',
  states: [
    ['COMPLETED', '1'],
    ['OFFLINE', '-1'],
    ['DROPPED', '-1'],
  ],
  transitions: ['OFFLINE-COMPLETED', 'OFFLINE-DROPPED', 'COMPLETED-DROPPED'],
  hops: {
    COMPLETED: { COMPLETED: 'COMPLETED', DROPPED: 'DROPPED' },
    DROPPED: { DROPPED: 'DROPPED' },
    OFFLINE: { COMPLETED: 'COMPLETED', DROPPED: 'DROPPED', OFFLINE: 'OFFLINE' },
  },
};

const task: BuiltIn = {
  name: 'Task',
  initialState: 'INIT',
  states: [
    ['INIT', '-1'],
    ['RUNNING', '-1'],
    ['STOPPED', '-1'],
    ['COMPLETED', '-1'],
    ['TIMED_OUT', '-1'],
    ['TASK_ERROR', '-1'],
    ['TASK_ABORTED', '-1'],
    ['DROPPED', '-1'],
  ],
  transitions: [
    'INIT-RUNNING',
    'RUNNING-STOPPED',
    'RUNNING-COMPLETED',
    'RUNNING-TIMED_OUT',
    'RUNNING-TASK_ERROR',
    'RUNNING-TASK_ABORTED',
    'STOPPED-RUNNING',
    'INIT-DROPPED',
    'RUNNING-DROPPED',
    'COMPLETED-DROPPED',
    'STOPPED-DROPPED',
    'TIMED_OUT-DROPPED',
    'TASK_ERROR-DROPPED',
    'TASK_ABORTED-DROPPED',
    'RUNNING-INIT',
    'COMPLETED-INIT',
    'STOPPED-INIT',
    'TIMED_OUT-INIT',
    'TASK_ERROR-INIT',
    'TASK_ABORTED-INIT',
  ],
  hops: {
    COMPLETED: {
      COMPLETED: 'COMPLETED',
      INIT: 'INIT',
      DROPPED: 'DROPPED',
      TASK_ERROR: 'INIT',
      RUNNING: 'INIT',
      TIMED_OUT: 'INIT',
      STOPPED: 'INIT',
      TASK_ABORTED: 'INIT',
    },
    DROPPED: { DROPPED: 'DROPPED' },
    INIT: {
      INIT: 'INIT',
      COMPLETED: 'RUNNING',
      DROPPED: 'DROPPED',
      TASK_ERROR: 'RUNNING',
      RUNNING: 'RUNNING',
      TIMED_OUT: 'RUNNING',
      STOPPED: 'RUNNING',
      TASK_ABORTED: 'RUNNING',
    },
    RUNNING: {
      COMPLETED: 'COMPLETED',
      INIT: 'INIT',
      TASK_ERROR: 'TASK_ERROR',
      DROPPED: 'DROPPED',
      RUNNING: 'RUNNING',
      TIMED_OUT: 'TIMED_OUT',
      STOPPED: 'STOPPED',
      TASK_ABORTED: 'TASK_ABORTED',
    },
    STOPPED: {
      INIT: 'INIT',
      COMPLETED: 'RUNNING',
      DROPPED: 'DROPPED',
      TASK_ERROR: 'RUNNING',
      RUNNING: 'RUNNING',
      TIMED_OUT: 'RUNNING',
      STOPPED: 'STOPPED',
      TASK_ABORTED: 'RUNNING',
    },
    TASK_ABORTED: {
      INIT: 'INIT',
      COMPLETED: 'INIT',
      DROPPED: 'DROPPED',
      TASK_ERROR: 'INIT',
      RUNNING: 'INIT',
      TIMED_OUT: 'INIT',
      STOPPED: 'INIT',
      TASK_ABORTED: 'TASK_ABORTED',
    },
    TASK_ERROR: {
      INIT: 'INIT',
      COMPLETED: 'INIT',
      TASK_ERROR: 'TASK_ERROR',
      DROPPED: 'DROPPED',
      RUNNING: 'INIT',
      TIMED_OUT: 'INIT',
      STOPPED: 'INIT',
      TASK_ABORTED: 'INIT',
    },
    TIMED_OUT: {
      INIT: 'INIT',
      COMPLETED: 'INIT',
      DROPPED: 'DROPPED',
      TASK_ERROR: 'INIT',
      TIMED_OUT: 'TIMED_OUT',
      RUNNING: 'INIT',
      STOPPED: 'INIT',
      TASK_ABORTED: 'INIT',
    },
  },
};

/**
 * The seven state models every Helix controller writes as it connects, in the order in which it does. Equal to Helix's to the
 * byte: a Java controller compares and overwrites what differs.
 */
export const builtInStateModels: readonly StateModelDefinition[] = [
  masterSlave,
  leaderStandby,
  storageDefaultSmSchemata,
  onlineOffline,
  onlineOfflineWithBootstrap,
  schedulerTaskQueue,
  task,
].map((model) => new StateModelDefinition(toRecord(model)));

/** The built-in model of that name, if there is one: `MasterSlave`, `LeaderStandby`, `OnlineOffline`… */
export function builtInStateModel(name: string): StateModelDefinition | undefined {
  return builtInStateModels.find((model) => model.name === name);
}
