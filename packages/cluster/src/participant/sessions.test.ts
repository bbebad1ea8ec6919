import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gate, ParticipantBench } from '../../test-support/participant-bench.ts';
import { decodeRecord, InstanceConfig, LiveInstance, lastOfflineMs, listField } from '../model/index.ts';
import { joinCluster } from './join-cluster.ts';
import type { StateModelHandler, TransitionContext } from './state-model-handler.ts';

let bench: ParticipantBench;
beforeEach(async () => {
  bench = await ParticipantBench.create();
});
afterEach(() => bench.end());

const TTL_MS = 3_000;

interface Kept extends StateModelHandler {
  readonly contexts: TransitionContext[];
  readonly resets: string[];
}

function handler(work: (context: TransitionContext) => Promise<void> = async () => {}): Kept {
  const contexts: TransitionContext[] = [];
  const resets: string[] = [];
  return {
    contexts,
    resets,
    transition(context) {
      contexts.push(context);
      return work(context);
    },
    async reset(reason, { partition, state }) {
      resets.push(`${partition} ${state} ${reason}`);
    },
  };
}

const record = async (path: string): Promise<ReturnType<typeof decodeRecord>> => {
  const entry = await bench.drive(bench.store.get(path));
  return entry === undefined ? undefined : decodeRecord(entry.value);
};

describe('joining', () => {
  test('adds an instance that may add itself, and says where it listens and what it wants to say', async () => {
    const { participant } = await bench.join({
      stateModels: {},
      host: 'h1',
      port: 4711,
      info: { ADDRESS: 'http://h1:4711', SESSION_ID: 'not mine to say' },
    });
    const config = await record(bench.paths.participantConfig('a_1'));
    expect(config && new InstanceConfig(config)).toMatchObject({ host: 'h1', port: '4711' });
    const entry = await bench.drive(bench.store.get(bench.paths.liveInstance('a_1')));
    expect(entry?.owner).toBe(participant.session.id);
    const live = decodeRecord(entry?.value ?? new Uint8Array());
    expect(live?.simpleFields).toMatchObject({ ADDRESS: 'http://h1:4711', SESSION_ID: participant.session.id });
    await bench.runtime.advance(50);
    const history = await record(bench.paths.participantHistory('a_1'));
    expect(history && listField(history, 'HISTORY')).toHaveLength(1);
  });

  test('corrects the port in a config that is there, and leaves the rest', async () => {
    const { participant } = await bench.join({ stateModels: {}, port: 1 });
    await bench.drive(participant.close());
    await bench.join({ stateModels: {}, port: 2 });
    const config = await record(bench.paths.participantConfig('a_1'));
    expect(config && new InstanceConfig(config)).toMatchObject({ host: 'a', port: '2' });
  });

  test.each([
    ['a cluster that is not there', { cluster: 'other' }, 'no cluster'],
    ['an instance nobody added', { autoJoin: false }, 'no instance'],
  ])('refuses %s', async (_, options, text) => {
    const joining = bench.join({ stateModels: {}, ...options });
    await expect(joining).rejects.toMatchObject({ code: 'E_NOT_FOUND', message: expect.stringContaining(text) });
    expect(await bench.drive(bench.store.children(bench.paths.liveInstances))).toEqual([]);
  });

  test('waits for a predecessor of the same name to go', async () => {
    const { store: crashed } = await bench.join({ stateModels: {} });
    crashed.faults.disconnect();
    const beganMs = bench.runtime.clock.monotonicMs();
    const { participant } = await bench.join({ stateModels: {} });
    expect(participant.live).toBe(true);
    expect(bench.runtime.clock.monotonicMs() - beganMs).toBeLessThanOrEqual(TTL_MS + 50);
  });

  test('gives up where the other stays', async () => {
    await bench.join({ stateModels: {} });
    const second = bench.join({ stateModels: {} });
    await expect(second).rejects.toMatchObject({ code: 'E_ALREADY_EXISTS' });
  });

  test('ends in time where the store cannot be reached, and leaves nothing', async () => {
    const store = bench.connect();
    store.faults.disconnect();
    const { runtime } = bench;
    const joining = joinCluster({
      store,
      cluster: 'c',
      instance: 'a_1',
      runtime,
      sessionTtlMs: TTL_MS,
      stateModels: {},
      timeoutMs: 500,
    });
    await expect(bench.drive(joining)).rejects.toMatchObject({ retryable: true });
    expect(await bench.drive(bench.store.children(bench.paths.liveInstances))).toEqual([]);
  });
});

describe('a session that is lost', () => {
  test('ends all ownership before the store gives it away, then joins again with greater tokens', async () => {
    const kept = handler();
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: kept } });
    await bench.move(participant);
    await bench.move(participant, { partition: 'db_1' });
    const first = participant.session;
    const signals = kept.contexts.map(({ signal }) => signal);
    store.faults.disconnect();
    let liveWhenLost: readonly string[] | undefined;
    signals[0]?.addEventListener('abort', () => {
      void bench.store.children(bench.paths.liveInstances).then((names) => {
        liveWhenLost = names;
      });
    });
    await bench.runtime.runUntil(() => first.lost.aborted, { limitMs: TTL_MS });
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
    expect(signals[0]?.reason).toMatchObject({ code: 'E_SESSION_EXPIRED' });
    await bench.runtime.advance(500);
    expect(liveWhenLost).toEqual(['a_1']);
    expect(kept.resets).toEqual(['db_0 SLAVE session-lost', 'db_1 SLAVE session-lost']);
    expect(participant.live).toBe(false);
    expect(participant.lastError).toBeDefined();
    store.faults.reconnect();
    await bench.runtime.runUntil(() => participant.live, { limitMs: 10_000 });
    expect(participant.session.id).not.toBe(first.id);
    expect(await bench.states(participant)).toBe('db_0=OFFLINE db_1=OFFLINE');
    expect(await bench.drive(bench.store.children('/c/INSTANCES/a_1/CURRENTSTATES'))).toEqual([participant.session.id]);
    const token = await bench.move(participant);
    expect(token).toBeGreaterThan(kept.contexts[1]?.fencingToken ?? 0n);
    expect(await bench.states(participant)).toBe('db_0=SLAVE db_1=OFFLINE');
  });

  test('while the process was stopped is known to whoever asks first, before any timer', async () => {
    const kept = handler();
    const { participant } = await bench.join({ stateModels: { MasterSlave: kept } });
    await bench.move(participant);
    const signal = kept.contexts[0]?.signal;
    expect(signal?.aborted).toBe(false);
    bench.runtime.pause(TTL_MS * 2);
    expect(signal?.aborted).toBe(true);
    expect(participant.sessionLost.aborted).toBe(true);
    await bench.runtime.runUntil(() => participant.live, { limitMs: 10_000 });
    expect(kept.resets).toEqual(['db_0 SLAVE session-lost']);
  });

  test('takes the outcome of a transition under way with it', async () => {
    const held = gate();
    const kept = handler(() => held.passed);
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: kept } });
    await bench.move(participant);
    const lost = participant.session.id;
    // The tree has forgotten the session; this process does not know yet, and finishes.
    store.faults.holdWatches();
    await bench.drive(store.faults.expireSession(participant.session));
    held.open();
    await bench.runtime.advance(100);
    store.faults.releaseWatches();
    await bench.runtime.runUntil(() => participant.live && participant.session.id !== lost, { limitMs: 10_000 });
    expect(kept.contexts[0]?.signal.aborted).toBe(true);
    expect(await bench.drive(bench.store.get(bench.paths.currentState('a_1', lost, 'db')))).toBeUndefined();
    expect(await bench.states(participant)).toBe('none');
  });

  test('does not wait for ever for a handler that goes on, but the next call of that replica does', async () => {
    const held = gate();
    const kept = handler(({ partition }) => (partition === 'db_0' ? held.passed : Promise.resolve()));
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: kept }, handlerGraceMs: 200 });
    await bench.move(participant);
    await bench.drive(store.faults.expireSession(participant.session));
    const lost = participant.session.id;
    await bench.runtime.runUntil(() => participant.live && participant.session.id !== lost, { limitMs: 10_000 });
    await bench.move(participant);
    await bench.move(participant, { partition: 'db_1' });
    expect(await bench.states(participant)).toBe('db_1=SLAVE');
    expect(kept.contexts).toHaveLength(2);
    held.open();
    await bench.runtime.advance(50);
    expect(kept.resets).toEqual(['db_0 OFFLINE session-lost']);
    expect(await bench.states(participant)).toBe('db_0=SLAVE db_1=SLAVE');
  });

  test('because somebody deleted the live instance is noticed at once', async () => {
    const kept = handler();
    const { participant } = await bench.join({ stateModels: { MasterSlave: kept } });
    const lost = participant.session.id;
    await bench.move(participant);
    await bench.drive(bench.store.delete(bench.paths.liveInstance('a_1')));
    await bench.runtime.advance(1);
    expect(kept.contexts[0]?.signal.aborted).toBe(true);
    await bench.runtime.runUntil(() => participant.live && participant.session.id !== lost, { limitMs: 1_000 });
    expect(await bench.states(participant)).toBe('db_0=OFFLINE');
  });
});

describe('a store that fails', () => {
  test.each([
    ['loses replies', 'loseReplies'],
    ['drops requests', 'dropRequests'],
  ] as const)('and %s costs time, not outcomes', async (_, fault) => {
    const held = gate();
    const kept = handler(() => held.passed);
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: kept }, sessionTtlMs: 60_000 });
    await bench.move(participant);
    store.faults[fault](1);
    held.open();
    await bench.runtime.advance(20_000);
    expect(await bench.states(participant)).toBe('db_0=SLAVE');
    expect(await bench.messages()).toEqual([]);
    expect(kept.contexts).toHaveLength(1);
  });

  test('and loses the reply to the taking up of messages costs time, not transitions', async () => {
    const kept = handler();
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: kept }, sessionTtlMs: 60_000 });
    await bench.move(participant);
    await bench.drive(bench.send(participant, { fromState: 'SLAVE', toState: 'MASTER' }));
    await bench.drive(bench.send(participant, { partition: 'db_1' }));
    store.faults.loseReplies(1);
    await bench.runtime.advance(20_000);
    expect(await bench.states(participant)).toBe('db_0=MASTER db_1=SLAVE');
    expect(kept.contexts).toHaveLength(3);
    expect(await bench.messages()).toEqual([]);
  });

  test('and comes back within the ttl changes nothing', async () => {
    const kept = handler();
    const { participant, store } = await bench.join({ stateModels: { MasterSlave: kept } });
    await bench.move(participant);
    const { id } = participant.session;
    store.faults.disconnect();
    await bench.drive(bench.send(participant, { fromState: 'SLAVE', toState: 'MASTER' }));
    await bench.runtime.advance(TTL_MS / 2);
    store.faults.reconnect();
    await bench.runtime.advance(TTL_MS);
    expect(participant.session.id).toBe(id);
    expect(await bench.states(participant)).toBe('db_0=MASTER');
    expect(kept.resets).toEqual([]);
  });
});

test('a store that goes away while the state model is looked up costs time, not the session', async () => {
  const kept = handler();
  const { participant, store } = await bench.join({ stateModels: { MasterSlave: kept } });
  const { id } = participant.session;
  store.faults.holdWatches();
  await bench.drive(bench.send(participant));
  store.faults.releaseWatches();
  store.faults.disconnect();
  await bench.runtime.advance(TTL_MS / 2);
  store.faults.reconnect();
  await bench.runtime.advance(TTL_MS);
  expect(participant.session.id).toBe(id);
  expect(await bench.states(participant)).toBe('db_0=SLAVE');
});

describe('closing', () => {
  test('resets the replicas, writes the history and leaves at once', async () => {
    const kept = handler();
    const { participant } = await bench.join({ stateModels: { MasterSlave: kept } });
    await bench.move(participant);
    await bench.drive(participant.close());
    expect(kept.resets).toEqual(['db_0 SLAVE closed']);
    expect(kept.contexts[0]?.signal.reason).toMatchObject({ code: 'E_CLOSED' });
    expect(await bench.drive(bench.store.children(bench.paths.liveInstances))).toEqual([]);
    expect(lastOfflineMs(await record(bench.paths.participantHistory('a_1')))).toBe(bench.runtime.clock.wallMs());
    expect(participant.live).toBe(false);
    await bench.drive(participant.close());
  });

  test('ends in time when the store is away', async () => {
    const { participant, store } = await bench.join({ stateModels: {} });
    store.faults.disconnect();
    await bench.drive(participant.close()).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'E_TIMEOUT' });
    });
    expect(participant.live).toBe(false);
  });

  test('while it tries to join again ends the trying', async () => {
    const { participant, store } = await bench.join({ stateModels: {} });
    store.faults.disconnect();
    await bench.runtime.advance(TTL_MS * 2);
    expect(participant.live).toBe(false);
    await bench.drive(participant.close());
    store.faults.reconnect();
    await bench.runtime.advance(TTL_MS * 2);
    expect(await bench.drive(bench.store.children(bench.paths.liveInstances))).toEqual([]);
  });
});

test('the record of a live instance is the one Helix reads', async () => {
  const { participant } = await bench.join({ stateModels: {} });
  const live = await record(bench.paths.liveInstance('a_1'));
  expect(live).toBeDefined();
  if (live !== undefined) expect(new LiveInstance(live).sessionOf(undefined)).toBe(participant.session.id);
});
