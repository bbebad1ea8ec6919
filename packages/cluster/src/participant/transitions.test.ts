import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Gate, gate, ParticipantBench } from '../../test-support/participant-bench.ts';
import { decodeRecord } from '../model/index.ts';
import type { ResetReason, StateModelHandler, TransitionContext } from './state-model-handler.ts';

let bench: ParticipantBench;
beforeEach(async () => {
  bench = await ParticipantBench.create();
});
afterEach(() => bench.end());

/** A handler that keeps what it was told, and waits at a gate where the test put one. */
class Recorder implements StateModelHandler {
  readonly contexts: TransitionContext[] = [];
  readonly resets: string[] = [];
  readonly gates = new Map<string, Gate>();

  /** Gate for the transition of `partition` to `to`. */
  hold(partition: string, to: string): Gate {
    const made = gate();
    this.gates.set(`${partition} ${to}`, made);
    return made;
  }

  async transition(context: TransitionContext): Promise<void> {
    this.contexts.push(context);
    await this.gates.get(`${context.partition} ${context.to}`)?.passed;
  }

  async reset(reason: ResetReason, { partition, state }: { partition: string; state: string }): Promise<void> {
    this.resets.push(`${partition} ${state} ${reason}`);
  }

  get told(): readonly string[] {
    return this.contexts.map(({ partition, from, to }) => `${partition} ${from}-${to}`);
  }
}

const toMaster = { fromState: 'SLAVE', toState: 'MASTER' };
const toSlave = { fromState: 'MASTER', toState: 'SLAVE' };

describe('a transition', () => {
  test('gets the revision of its message as token, and is told to the cluster when it is done', async () => {
    const handler = new Recorder();
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    const token = await bench.move(participant);
    expect(handler.contexts[0]).toMatchObject({
      cluster: 'c',
      instance: 'a_1',
      resource: 'db',
      partition: 'db_0',
      stateModel: 'MasterSlave',
      from: 'OFFLINE',
      to: 'SLAVE',
      fencingToken: token,
    });
    expect(await bench.states(participant)).toBe('db_0=SLAVE');
    expect(await bench.messages()).toEqual([]);
    const state = await bench.currentState(participant);
    expect(state?.fencingTokenOf('db_0')).toBe(String(token));
  });

  test('later transitions of a replica have greater tokens', async () => {
    const handler = new Recorder();
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    const tokens = [await bench.move(participant), await bench.move(participant, toMaster)];
    expect(handler.contexts.map(({ fencingToken }) => fencingToken)).toEqual(tokens);
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? 0n);
  });

  test('owns its state until the next transition that leaves it begins', async () => {
    const handler = new Recorder();
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant);
    await bench.move(participant, toMaster);
    const [slave, master] = handler.contexts;
    expect(slave?.signal.aborted).toBe(true);
    expect(master?.signal.aborted).toBe(false);
    const leaving = handler.hold('db_0', 'SLAVE');
    await bench.move(participant, toSlave);
    expect(master?.signal.aborted).toBe(true);
    expect(await bench.states(participant)).toBe('db_0=MASTER');
    leaving.open();
    await bench.runtime.advance(50);
    expect(await bench.states(participant)).toBe('db_0=SLAVE');
  });

  test('that rejects puts the replica into ERROR, says why, and ends the ownership', async () => {
    const handler = new Recorder();
    handler.hold('db_0', 'SLAVE').break(new Error('disk full'));
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant);
    const state = await bench.currentState(participant);
    expect(state?.stateOf('db_0')).toBe('ERROR');
    expect(state?.infoOf('db_0')).toBe('disk full');
    expect(handler.contexts[0]?.signal.aborted).toBe(true);
    expect(await bench.messages()).toEqual([]);
  });

  test('out of ERROR resets the handler; into DROPPED it also runs', async () => {
    const handler = new Recorder();
    handler.hold('db_0', 'SLAVE').break(new Error('no'));
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant);
    await bench.move(participant, { fromState: 'ERROR', toState: 'OFFLINE' });
    expect(handler.resets).toEqual(['db_0 ERROR error-cleared']);
    expect(await bench.states(participant)).toBe('db_0=OFFLINE');
    await bench.move(participant);
    await bench.move(participant, { fromState: 'ERROR', toState: 'DROPPED' });
    expect(handler.told).toEqual(['db_0 OFFLINE-SLAVE', 'db_0 OFFLINE-SLAVE', 'db_0 ERROR-DROPPED']);
    expect(await bench.states(participant)).toBe('none');
  });

  test('to DROPPED forgets the replica: its handler is made anew when it comes back', async () => {
    const made: string[] = [];
    const stateModels = {
      MasterSlave: (_: string, partition: string): StateModelHandler => {
        made.push(partition);
        return new Recorder();
      },
    };
    const { participant } = await bench.join({ stateModels });
    await bench.move(participant);
    await bench.move(participant, { partition: 'db_1' });
    await bench.move(participant, { fromState: 'SLAVE', toState: 'OFFLINE' });
    await bench.move(participant, { fromState: 'OFFLINE', toState: 'DROPPED' });
    expect(await bench.states(participant)).toBe('db_1=SLAVE');
    expect(participant.replicas().map(({ partition }) => partition)).toEqual(['db_1']);
    await bench.move(participant);
    expect(made).toEqual(['db_0', 'db_1', 'db_0']);
  });
});

describe('several transitions', () => {
  test('one at a time for a replica, side by side for others', async () => {
    const handler = new Recorder();
    const held = handler.hold('db_0', 'SLAVE');
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant);
    await bench.move(participant, { toState: 'DROPPED' });
    await bench.move(participant, { partition: 'db_1' });
    expect(handler.told).toEqual(['db_0 OFFLINE-SLAVE', 'db_1 OFFLINE-SLAVE']);
    expect(await bench.states(participant)).toBe('db_1=SLAVE');
    expect(await bench.messages()).toEqual(['m1 read']);
    held.open();
    await bench.runtime.advance(50);
    expect(await bench.states(participant)).toBe('db_0=SLAVE db_1=SLAVE');
  });

  test('that come and end together are marked and written together', async () => {
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: new Recorder() } });
    const before = await bench.revision();
    store.faults.holdWatches();
    await bench.drive(
      Promise.all(Array.from({ length: 10 }, (_, index) => bench.send(participant, { partition: `db_${index}` }))),
    );
    store.faults.releaseWatches();
    await bench.runtime.advance(50);
    expect((await bench.currentState(participant))?.partitions).toHaveLength(10);
    // Ten messages were sent, one by one. The participant takes them up together, and tells of them together.
    expect((await bench.revision()) - before).toBe(10n + 2n);
  });

  test('more than fit into one transaction are split', async () => {
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: new Recorder() } });
    const count = store.capabilities.maxTransactionOperations * 2;
    store.faults.holdWatches();
    await bench.drive(
      Promise.all(Array.from({ length: count }, (_, index) => bench.send(participant, { partition: `db_${index}` }))),
    );
    store.faults.releaseWatches();
    await bench.runtime.advance(200);
    expect((await bench.currentState(participant))?.partitions).toHaveLength(count);
    expect(await bench.messages()).toEqual([]);
  });
});

describe('time limits and cancellation', () => {
  test('a transition past its limit is in ERROR, and the next one waits until the handler has ended', async () => {
    const handler = new Recorder();
    const held = handler.hold('db_0', 'SLAVE');
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant, { timeoutMs: 500 });
    expect(await bench.states(participant)).toBe('');
    await bench.runtime.advance(500);
    expect(await bench.states(participant)).toBe('db_0=ERROR');
    expect(handler.contexts[0]?.signal.reason).toMatchObject({ code: 'E_TIMEOUT' });
    await bench.move(participant, { fromState: 'ERROR', toState: 'OFFLINE' });
    expect(await bench.states(participant)).toBe('db_0=ERROR');
    held.open();
    await bench.runtime.advance(50);
    expect(handler.resets).toEqual(['db_0 ERROR error-cleared']);
    expect(await bench.states(participant)).toBe('db_0=OFFLINE');
  });

  test('a cancelled transition that gives up leaves the replica where it was', async () => {
    const handler = new Recorder();
    const held = handler.hold('db_0', 'MASTER');
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant);
    await bench.move(participant, toMaster);
    await bench.move(participant, { ...toMaster, fields: { MSG_TYPE: 'STATE_TRANSITION_CANCELLATION' } });
    const { signal } = handler.contexts[1] ?? {};
    expect(signal?.reason).toMatchObject({ code: 'E_ABORTED' });
    held.break(signal?.reason);
    await bench.runtime.advance(50);
    expect(await bench.states(participant)).toBe('db_0=SLAVE');
    expect(await bench.messages()).toEqual([]);
  });

  test('a cancelled transition that succeeds all the same has succeeded', async () => {
    const handler = new Recorder();
    const held = handler.hold('db_0', 'SLAVE');
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant);
    await bench.move(participant, { fields: { MSG_TYPE: 'STATE_TRANSITION_CANCELLATION' } });
    held.open();
    await bench.runtime.advance(50);
    expect(await bench.states(participant)).toBe('db_0=SLAVE');
  });
});

describe('messages', () => {
  test('of a model without handler stay, for whoever may come', async () => {
    const { participant } = await bench.join({ stateModels: {} });
    await bench.move(participant);
    expect(await bench.messages()).toEqual(['m1 new']);
  });

  test('whose handler cannot be made lose a try each time, and are given up in the end', async () => {
    const stateModels = {
      MasterSlave: (): StateModelHandler => {
        throw new Error('no room');
      },
    };
    const { participant } = await bench.join({ stateModels });
    await bench.move(participant);
    expect(await bench.messages()).toEqual(['m1 unprocessable']);
    const entry = await bench.drive(bench.store.get(bench.paths.message('a_1', 'm1')));
    expect(decodeRecord(entry?.value ?? new Uint8Array())?.simpleFields.RETRY_COUNT).toBe('0');
  });

  test('withdrawn before they were taken up are not obeyed, and the others of their batch are', async () => {
    const handler = new Recorder();
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: handler } });
    store.faults.holdWatches();
    await bench.drive(bench.send(participant));
    await bench.drive(bench.send(participant, { partition: 'db_1' }));
    store.faults.delay(20);
    store.faults.releaseWatches();
    await bench.drive(bench.store.delete(bench.paths.message('a_1', 'm1')));
    await bench.runtime.advance(500);
    expect(handler.told).toEqual(['db_1 OFFLINE-SLAVE']);
    expect(await bench.messages()).toEqual([]);
    store.faults.heal();
    await bench.move(participant);
    expect(handler.told).toContain('db_0 OFFLINE-SLAVE');
  });

  test('for many partitions at once move each of them and are answered at the end', async () => {
    const handler = new Recorder();
    const held = handler.hold('db_1', 'SLAVE');
    const { participant } = await bench.join({ stateModels: { MasterSlave: handler } });
    await bench.move(participant, { partitions: ['db_0', 'db_1'] });
    expect(await bench.messages()).toEqual(['m1 read']);
    held.break(new Error('only this one'));
    await bench.runtime.advance(50);
    expect(await bench.states(participant)).toBe('db_0=SLAVE db_1=ERROR');
    expect(await bench.messages()).toEqual([]);
  });
});
