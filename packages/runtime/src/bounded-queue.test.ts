import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { BoundedQueue } from './bounded-queue.ts';

describe('BoundedQueue', () => {
  it('hands over in order, to readers that wait and to readers that come later', async () => {
    const queue = new BoundedQueue<number>({ capacity: 3 });
    const waiting = [queue.take(), queue.take()];
    for (const item of [1, 2, 3, 4]) expect(queue.push(item)).toBe(true);
    expect(await Promise.all(waiting)).toEqual([
      { value: 1, done: false },
      { value: 2, done: false },
    ]);
    expect(queue.size).toBe(2);
    expect(queue.drain()).toEqual([3, 4]);
    expect(queue.size).toBe(0);
  });

  it('lets readers finish what is left after close, then ends them', async () => {
    const queue = new BoundedQueue<string>({ capacity: 3 });
    queue.push('a');
    queue.close();
    expect(queue.push('b')).toBe(false);
    const seen: string[] = [];
    for await (const item of queue) seen.push(item);
    expect(seen).toEqual(['a']);
  });

  it('ends readers at once when closed with an error', async () => {
    const queue = new BoundedQueue<string>({ capacity: 3 });
    const waiting = queue.take();
    queue.close(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(queue.take()).rejects.toThrow('gone');
  });

  it.each([
    ['drop-oldest' as const, [2, 3], true],
    ['drop-newest' as const, [1, 2], false],
  ])('keeps its bound by %s', (overflow, kept, taken) => {
    const queue = new BoundedQueue<number>({ capacity: 2, overflow });
    queue.push(1);
    queue.push(2);
    expect(queue.push(3)).toBe(taken);
    expect(queue.drain()).toEqual(kept);
    expect(queue.dropped).toBe(1);
  });

  it('closes with E_TOO_LARGE where the reader must know of a gap', async () => {
    const queue = new BoundedQueue<number>({ capacity: 1 });
    queue.push(1);
    expect(queue.push(2)).toBe(false);
    await expect(queue.take()).rejects.toMatchObject({ code: 'E_TOO_LARGE', details: { capacity: 1 } });
    expect([queue.closed, queue.dropped]).toEqual([true, 2]);
  });

  it('gives up waiting when the signal trips, and the item goes to the next reader', async () => {
    const queue = new BoundedQueue<number>({ capacity: 1 });
    const caller = new AbortController();
    const waiting = queue.take({ signal: caller.signal });
    caller.abort('enough');
    await expect(waiting).rejects.toMatchObject({ code: 'E_ABORTED', cause: 'enough' });
    queue.push(9);
    expect(await queue.take()).toEqual({ value: 9, done: false });
    const served = new AbortController();
    const next = queue.take({ signal: served.signal });
    queue.push(10);
    expect(await next).toEqual({ value: 10, done: false });
    expect(getEventListeners(served.signal, 'abort')).toHaveLength(0);
  });

  it('closes when a loop over it is left, and refuses a senseless capacity', async () => {
    const queue = new BoundedQueue<number>({ capacity: 4 });
    queue.push(1);
    for await (const item of queue) if (item === 1) break;
    expect([queue.closed, queue.push(2)]).toEqual([true, false]);
    expect(() => new BoundedQueue({ capacity: 0 })).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
  });
});
