import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

const { signal } = new AbortController();

describe('turns', () => {
  it('let one at a time be busy with a path, and nobody wait for another path', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const first = await turns.take(['/a', '/b'], signal);
    const second = turns.take(['/b', '/c'], signal).then((giveBack) => {
      order.push('second');
      return giveBack;
    });
    (await turns.take(['/c'], signal))();
    order.push('beside');
    first();
    (await second)();
    expect(order).toEqual(['beside', 'second']);
    (await turns.take(['/a', '/b', '/c'], signal))();
  });

  it('end the waiting of whoever gives up, and leave nothing behind', async () => {
    const turns = new Turns();
    const giveBack = await turns.take(['/a'], signal);
    const given = new AbortController();
    const waiting = turns.take(['/a'], given.signal);
    given.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'E_ABORTED' });
    giveBack();
    (await turns.take(['/a'], signal))();
  });
});
