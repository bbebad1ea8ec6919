import { describe, expect, it } from 'vitest';
import { historyOfEvents } from './events.ts';
import { HistoryError } from './operation.ts';
import { historyRecorder } from './recorder.ts';

describe('historyOfEvents', () => {
  it('turns events into operations, by their places in the log', () => {
    expect(
      historyOfEvents([
        { type: 'invoke', process: 'a', input: 'x' },
        { type: 'invoke', process: 'b', input: 'y' },
        { type: 'return', process: 'a', output: 1 },
        { type: 'invoke', process: 'a', input: 'refused' },
        { type: 'fail', process: 'a' },
        { type: 'unknown', process: 'b' },
        { type: 'invoke', process: 'b', input: 'z' },
      ]),
    ).toEqual([
      { client: 'a', input: 'x', invokedAt: 0, outcome: 'returned', output: 1, returnedAt: 2 },
      { client: 'b', input: 'y', invokedAt: 1, outcome: 'unknown' },
      { client: 'b', input: 'z', invokedAt: 6, outcome: 'unknown' },
    ]);
  });

  it('refuses what cannot have been', () => {
    const twice = [
      { type: 'invoke', process: 1, input: 'x' },
      { type: 'invoke', process: 1, input: 'y' },
    ] as const;
    expect(() => historyOfEvents(twice)).toThrow(/Event 1: 1 invokes while/);
    expect(() => historyOfEvents([{ type: 'return', process: 1, output: 'x' }])).toThrow(HistoryError);
  });
});

describe('historyRecorder', () => {
  it('records what came of each call, and takes an error for unknown unless told otherwise', async () => {
    const recorder = historyRecorder<string, number>();
    const slow = recorder.invoke('a', 'slow');
    await recorder.call('b', 'quick', async () => 1);
    const lost = recorder.call('b', 'lost', () => Promise.reject(new Error('gone')));
    await expect(lost).rejects.toThrow('gone');
    const refused = recorder.call(
      'b',
      'refused',
      () => Promise.reject(new Error('no')),
      () => 'no',
    );
    await expect(refused).rejects.toThrow('no');
    expect(recorder.history()).toMatchObject([{ input: 'slow', outcome: 'unknown' }, {}, {}]);
    slow.returned(2);
    slow.failed();
    expect(recorder.history()).toEqual([
      { client: 'a', input: 'slow', invokedAt: 1, outcome: 'returned', output: 2, returnedAt: 6 },
      { client: 'b', input: 'quick', invokedAt: 2, outcome: 'returned', output: 1, returnedAt: 3 },
      { client: 'b', input: 'lost', invokedAt: 4, outcome: 'unknown' },
    ]);
  });

  it('takes its times from the clock it is given', () => {
    let now = 10;
    const recorder = historyRecorder<string, number>(() => now);
    const operation = recorder.invoke('a', 'x');
    now = 15;
    operation.returned(1);
    expect(recorder.history()).toMatchObject([{ invokedAt: 10, returnedAt: 15 }]);
  });
});
