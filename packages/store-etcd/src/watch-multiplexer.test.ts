import type { Event, WatchResponse } from '@keelson/etcd-protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type WatchEffect, WatchMultiplexer } from './watch-multiplexer.ts';

const value = new Uint8Array();

function event(revision: number): Event {
  const modRevision = BigInt(revision);
  return {
    type: 0,
    kv: { key: `k${revision}`, value, createRevision: modRevision, modRevision, version: 1, lease: 0n },
    prevKv: undefined,
  };
}

function response(fields: Partial<WatchResponse> & { revision?: number }): WatchResponse {
  const { revision = 0, ...rest } = fields;
  return {
    header: { clusterId: 1n, memberId: 1n, revision: BigInt(revision), raftTerm: 1n },
    watchId: 1n,
    created: false,
    canceled: false,
    compactRevision: 0n,
    cancelReason: '',
    fragment: false,
    events: [],
    ...rest,
  };
}

const startRevisions = (effects: readonly WatchEffect[]): unknown[] =>
  effects.flatMap((effect) => (effect.type === 'send' ? [effect.request.createRequest?.startRevision] : []));
const types = (effects: readonly WatchEffect[]): string[] => effects.map((effect) => effect.type);

/** A machine with watch 1 active at revision 10. */
function active(options = { progressTrusted: true }): WatchMultiplexer {
  const machine = new WatchMultiplexer();
  machine.opened(options);
  machine.add({ key: 'k', end: 'l' });
  machine.received(response({ created: true, revision: 10 }));
  return machine;
}

describe('a watch', () => {
  test('is created when there is a stream, under an id of our own, and may come in fragments', () => {
    const machine = new WatchMultiplexer();
    expect(machine.add({ key: 'a', startRevision: 5n })).toEqual({ id: 1n, effects: [] });
    expect(machine.opened({ progressTrusted: true })).toMatchObject([
      { type: 'send', request: { createRequest: { key: 'a', startRevision: 5n, watchId: 1n, fragment: true } } },
    ]);
    expect(machine.add({ key: 'b' }).effects).toMatchObject([{ request: { createRequest: { watchId: 2n } } }]);
  });

  test('goes on after the last event given when the stream breaks', () => {
    const machine = active();
    machine.received(response({ events: [event(12)], revision: 12 }));
    expect(types(machine.broke(new Error('cut')))).toEqual(['interrupted']);
    expect(machine.broke(new Error('still cut'))).toEqual([]);
    expect(startRevisions(machine.opened({ progressTrusted: true }))).toEqual([13n]);
  });

  test('goes on after its creation when nothing came before the break', () => {
    const machine = active();
    machine.broke(new Error('cut'));
    expect(startRevisions(machine.opened({ progressTrusted: true }))).toEqual([11n]);
  });

  test('goes on after a progress, so that a quiet one does not fall behind the compaction', () => {
    const machine = active();
    machine.progressRequest();
    expect(types(machine.received(response({ watchId: -1n, revision: 50 })))).toEqual(['progress']);
    machine.broke(new Error('cut'));
    expect(startRevisions(machine.opened({ progressTrusted: true }))).toEqual([51n]);
  });

  test('does not believe the progress of a server that says it too early', () => {
    const machine = active({ progressTrusted: false });
    expect(machine.received(response({ watchId: -1n, revision: 50 }))).toEqual([]);
    machine.broke(new Error('cut'));
    expect(startRevisions(machine.opened({ progressTrusted: false }))).toEqual([11n]);
  });

  test('does not take for itself a progress answered before the server knew of it', () => {
    const machine = active();
    machine.progressRequest();
    machine.add({ key: 'x', startRevision: 3n });
    machine.received(response({ watchId: 2n, created: true, revision: 10 }));
    const effects = machine.received(response({ watchId: -1n, revision: 10 }));
    expect(effects).toEqual([{ type: 'progress', id: 1n, revision: 10n }]);
    machine.progressRequest();
    expect(machine.received(response({ watchId: -1n, revision: 10 }))).toHaveLength(2);
  });

  test('puts fragments together before anything is given', () => {
    const machine = active();
    expect(machine.received(response({ events: [event(11)], fragment: true }))).toEqual([]);
    const [effect] = machine.received(response({ events: [event(12)] }));
    expect(effect).toMatchObject({ type: 'events', revision: 12n });
    expect(effect).toHaveProperty('events.length', 2);
  });

  test('forgets fragments of a broken stream', () => {
    const machine = active();
    machine.received(response({ events: [event(11)], fragment: true }));
    machine.broke(new Error('cut'));
    expect(startRevisions(machine.opened({ progressTrusted: true }))).toEqual([11n]);
  });

  test('ends with the oldest revision kept when its start was compacted', () => {
    const machine = active();
    const effects = machine.received(response({ canceled: true, compactRevision: 40n }));
    expect(effects).toEqual([
      { type: 'send', request: { cancelRequest: { watchId: 1n } } },
      { type: 'compacted', id: 1n, compactRevision: 40n },
    ]);
    expect(machine.size).toBe(0);
  });

  test('refused by the server is tried again, and its reader told once', () => {
    const machine = active();
    const refused = response({ canceled: true, cancelReason: 'etcdserver: permission denied' });
    expect(types(machine.received(refused))).toEqual(['interrupted', 'refused']);
    expect(startRevisions(machine.retry(1n))).toEqual([11n]);
    expect(types(machine.received({ ...refused, created: true }))).toEqual(['refused']);
  });

  test('refused without its id is found by the order of creation', () => {
    const machine = new WatchMultiplexer();
    machine.opened({ progressTrusted: true });
    machine.add({ key: 'a' });
    machine.add({ key: 'b' });
    const effects = machine.received(response({ watchId: -1n, created: true, canceled: true, cancelReason: 'no' }));
    expect(effects).toMatchObject([
      { type: 'interrupted', id: 1n },
      { type: 'refused', id: 1n },
    ]);
    expect(machine.received(response({ watchId: 2n, created: true }))).toMatchObject([{ type: 'created', id: 2n }]);
  });

  test('cancelled hears nothing more', () => {
    const machine = active();
    expect(machine.cancel(1n)).toEqual([{ type: 'send', request: { cancelRequest: { watchId: 1n } } }]);
    expect(machine.received(response({ events: [event(11)] }))).toEqual([]);
    expect(machine.received(response({ canceled: true }))).toEqual([]);
    expect(machine.cancel(1n)).toEqual([]);
  });
});

describe('after an interruption', () => {
  const reopened = (progressTrusted: boolean): WatchMultiplexer => {
    const machine = active({ progressTrusted });
    machine.broke(new Error('cut'));
    machine.opened({ progressTrusted });
    return machine;
  };

  test('a watch that missed nothing is current at once', () => {
    const effects = reopened(true).received(response({ created: true, revision: 10 }));
    expect(types(effects)).toEqual(['created', 'progress']);
  });

  test('a watch that missed something is current when the server says so', () => {
    const machine = reopened(true);
    expect(types(machine.received(response({ created: true, revision: 20 })))).toEqual(['created']);
    expect(machine.catchingUp).toBe(true);
    expect(types(machine.received(response({ events: [event(15)] })))).toEqual(['events']);
    machine.progressRequest();
    expect(types(machine.received(response({ watchId: -1n, revision: 20 })))).toEqual(['progress']);
    expect(machine.catchingUp).toBe(false);
  });

  test('an event at the creation proves it too', () => {
    const machine = reopened(true);
    machine.received(response({ created: true, revision: 20 }));
    expect(types(machine.received(response({ events: [event(20)] })))).toEqual(['events', 'progress']);
  });

  test('where the server cannot say so, the reader reads anew', () => {
    const machine = reopened(false);
    const effects = machine.received(response({ created: true, revision: 20 }));
    expect(types(effects)).toEqual(['send', 'compacted']);
    expect(machine.size).toBe(0);
  });
});

test('whatever breaks, a reader gets every event once, in order', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), fragment: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('progress' as const) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const machine = new WatchMultiplexer();
      const given: bigint[] = [];
      let written = 10;
      let served = 0; // events up to this revision were sent on the present stream
      const take = (effects: readonly WatchEffect[]): void => {
        for (const effect of effects) {
          if (effect.type === 'events') given.push(...effect.events.map((one) => one.kv?.modRevision ?? 0n));
          const start = effect.type === 'send' ? effect.request.createRequest?.startRevision : undefined;
          if (start !== undefined) served = Number(start) - 1;
        }
      };
      const deliver = (fragment: boolean): void => {
        const events = Array.from({ length: written - served }, (_, index) => event(served + 1 + index));
        const cut = fragment ? Math.floor(events.length / 2) : 0;
        if (cut > 0) take(machine.received(response({ events: events.slice(0, cut), fragment: true })));
        take(machine.received(response({ events: events.slice(cut), revision: written })));
        served = written;
      };
      const open = (): void => {
        take(machine.opened({ progressTrusted: true }));
        take(machine.received(response({ created: true, revision: written })));
      };
      machine.add({ key: 'k', startRevision: 11n });
      open();
      for (const one of steps) {
        if (one.do === 'write') written += 1;
        else if (one.do === 'deliver' && written > served) deliver(one.fragment);
        else if (one.do === 'progress' && written === served) {
          machine.progressRequest();
          take(machine.received(response({ watchId: -1n, revision: written })));
        } else if (one.do === 'break') {
          take(machine.broke(new Error('cut')));
          open();
        }
      }
      if (written > served) deliver(false);
      expect(given).toEqual(Array.from({ length: written - 10 }, (_, index) => BigInt(11 + index)));
    }),
  );
});
