import { describe, expect, test } from 'vitest';
import { firstSeatStep, type Place, type SeatEvent, type SeatStep, stepSeat } from './seat-machine.ts';

const nonce = (digit: number): string => String(digit).repeat(16);
const name = (letter: 'x' | 's' | 'p', owner: number, sequence: number): string =>
  `${letter}-${nonce(owner)}-${String(sequence).padStart(10, '0')}`;
const place = (at: string): Place => ({ name: at, createRevision: 7n });

/** The step after these events, from the beginning. */
function after(events: readonly SeatEvent[], rule = { permits: 1, wait: true }): SeatStep {
  return events.reduce((step, event) => stepSeat(step.state, event, rule), firstSeatStep);
}

describe('a seat that is told the queue with its creation', () => {
  const own = name('x', 1, 5);

  test('holds at once where nobody was there', () => {
    expect(after([{ type: 'entered', place: place(own), names: [own] }]).effect).toEqual({ type: 'hold' });
  });

  test('waits for the one directly ahead without looking', () => {
    const ahead = name('x', 2, 4);
    expect(after([{ type: 'entered', place: place(own), names: [ahead, own] }]).effect).toEqual({
      type: 'wait',
      target: { type: 'gone', name: ahead },
    });
  });

  test('looks before it holds, however it came to wait: who waits may be evicted, and the one ahead may not have been the last', () => {
    const ahead = name('x', 2, 4);
    const waiting = [{ type: 'entered', place: place(own), names: [ahead, own] }, { type: 'passed' }] as const;
    expect(after(waiting).effect).toEqual({ type: 'look' });
    expect(after([...waiting, { type: 'looked', names: [] }]).effect).toEqual({ type: 'evicted' });
    const further = name('x', 3, 1);
    expect(after([...waiting, { type: 'looked', names: [further, own] }]).effect).toMatchObject({
      target: { name: further },
    });
  });

  test('gives up where it does not wait', () => {
    const events = [{ type: 'entered', place: place(own), names: [name('s', 2, 4), own] }] as const;
    expect(after(events, { permits: 1, wait: false }).effect).toEqual({ type: 'give-up' });
  });

  test('looks all the same after a creation that was given up as lost, which may stand before it by now', () => {
    const again = [{ type: 'unknown' }, { type: 'found', place: undefined }] as const;
    const entered = { type: 'entered', place: place(own), names: [own] } as const;
    expect(after([...again, entered]).effect).toEqual({ type: 'look' });
    const late = name('x', 1, 3);
    expect(after([...again, entered, { type: 'looked', names: [late, own] }]).effect).toEqual({ type: 'search' });
  });

  test('looks where the creation told nothing', () => {
    expect(after([{ type: 'entered', place: place(own) }]).effect).toEqual({ type: 'look' });
  });
});
