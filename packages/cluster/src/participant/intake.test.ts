import { describe, expect, test } from 'vitest';
import { Message } from '../model/index.ts';
import { type IncomingMessage, type IntakeView, planIntake, type ReplicaStanding, type Verdict } from './intake.ts';

const SESSION = 'abc1';

function message(fields: Record<string, string>, partitions?: readonly string[]): IncomingMessage {
  const simpleFields = {
    MSG_TYPE: 'STATE_TRANSITION',
    MSG_STATE: 'new',
    SRC_NAME: 'c0',
    TGT_NAME: 'a_1',
    TGT_SESSION_ID: SESSION,
    RESOURCE_NAME: 'db',
    PARTITION_NAME: 'db_0',
    STATE_MODEL_DEF: 'MasterSlave',
    FROM_STATE: 'OFFLINE',
    TO_STATE: 'SLAVE',
    CREATE_TIMESTAMP: '1000',
    ...fields,
  };
  const listFields: Record<string, readonly string[]> = partitions === undefined ? {} : { PARTITION_NAME: partitions };
  return { message: new Message({ id: 'm', simpleFields, mapFields: {}, listFields }), revision: 7n, version: 1 };
}

function view(standings: Record<string, ReplicaStanding> = {}): IntakeView {
  return {
    session: SESSION,
    nowMs: 5_000,
    standing: (_, partition) => standings[partition] ?? { state: 'OFFLINE' },
    handler: (_resource, _partition, model) => {
      if (model === 'MasterSlave') return 'ready';
      return model === 'Broken' ? 'failed' : 'missing';
    },
  };
}

const shown = (verdict: Verdict): string => (verdict.type === 'drop' ? `drop: ${verdict.reason}` : verdict.type);
const judge = (incoming: IncomingMessage, standings?: Record<string, ReplicaStanding>): string =>
  planIntake([incoming], view(standings)).map(shown).join();

describe('one message', () => {
  test.each<[string, Record<string, string>, string]>([
    ['a transition', {}, 'accept'],
    ['a transition to any session', { TGT_SESSION_ID: '*' }, 'accept'],
    ['a transition from any state', { FROM_STATE: '*' }, 'accept'],
    ['a NO_OP', { MSG_TYPE: 'NO_OP', TGT_SESSION_ID: '' }, 'drop: no-op'],
    ['another session', { TGT_SESSION_ID: 'abc0' }, 'drop: wrong-session'],
    ['no session', { TGT_SESSION_ID: '' }, 'drop: wrong-session'],
    ['read before', { MSG_STATE: 'read' }, 'leave'],
    ['given up before', { MSG_STATE: 'unprocessable' }, 'leave'],
    ['expired', { EXPIRY_PERIOD: '3999' }, 'drop: expired'],
    ['not expired yet', { EXPIRY_PERIOD: '4000' }, 'accept'],
    ['another kind', { MSG_TYPE: 'USER_DEFINE_MSG' }, 'leave'],
    ['without a target state', { TO_STATE: '' }, 'drop: invalid'],
    ['a model nobody handles', { STATE_MODEL_DEF: 'OnlineOffline' }, 'leave'],
    ['a handler that cannot be made', { STATE_MODEL_DEF: 'Broken' }, 'refuse'],
    ['into the state it is in', { FROM_STATE: 'SLAVE', TO_STATE: 'OFFLINE' }, 'drop: already-there'],
    ['out of a state it is not in', { FROM_STATE: 'MASTER', TO_STATE: 'SLAVE' }, 'drop: state-mismatch'],
    ['a cancellation of nothing', { MSG_TYPE: 'STATE_TRANSITION_CANCELLATION' }, 'drop: nothing-to-cancel'],
  ])('%s', (_, fields, expected) => {
    expect(judge(message(fields))).toBe(expected);
  });

  test('is dropped while a transition of the replica runs, whatever it wants', () => {
    const standings = { db_0: { state: 'OFFLINE', running: { from: 'OFFLINE', to: 'SLAVE' } } };
    expect(judge(message({}), standings)).toBe('drop: transition-running');
  });

  test('cancels the transition that runs, and only that one', () => {
    const cancel = (to: string): IncomingMessage =>
      message({ MSG_TYPE: 'STATE_TRANSITION_CANCELLATION', TO_STATE: to });
    const standings = { db_0: { state: 'OFFLINE', running: { from: 'OFFLINE', to: 'SLAVE' } } };
    expect(judge(cancel('SLAVE'), standings)).toBe('cancel');
    expect(judge(cancel('DROPPED'), standings)).toBe('drop: nothing-to-cancel');
  });

  test('drops a replica in ERROR whatever state the sender believes it in', () => {
    const standings = { db_0: { state: 'ERROR' } };
    expect(judge(message({ FROM_STATE: 'OFFLINE', TO_STATE: 'DROPPED' }), standings)).toBe('accept');
    expect(judge(message({ FROM_STATE: 'OFFLINE', TO_STATE: 'SLAVE' }), standings)).toBe('drop: state-mismatch');
  });
});

describe('messages of one batch', () => {
  test('the second for the same replica is dropped, others are not touched by it', () => {
    const verdicts = planIntake([message({}), message({}), message({ PARTITION_NAME: 'db_1' })], view());
    expect(verdicts.map(shown)).toEqual(['accept', 'drop: same-target-twice', 'accept']);
  });

  test('a cancellation takes the transition it came with along', () => {
    const cancel = message({ MSG_TYPE: 'STATE_TRANSITION_CANCELLATION' });
    const verdicts = planIntake([message({}), cancel], view());
    expect(verdicts.map(shown)).toEqual(['drop: cancelled-before-start', 'drop: cancelled-before-start']);
  });

  test('a batch message moves the partitions that can move', () => {
    const [verdict] = planIntake([message({}, ['db_0', 'db_1', 'db_2'])], view({ db_1: { state: 'SLAVE' } }));
    expect(verdict).toMatchObject({ type: 'accept', partitions: ['db_0', 'db_2'] });
    expect(judge(message({}, ['db_1']), { db_1: { state: 'SLAVE' } })).toBe('drop: already-there');
  });
});
