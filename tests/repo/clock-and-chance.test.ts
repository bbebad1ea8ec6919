import { describe, expect, it } from 'vitest';
import { clockAndChance } from './clock-and-chance.ts';
import { place, productSources, rooms, textOf } from './workspace.ts';

/** Only here may time and chance come from the machine; everyone else takes a `Runtime`. */
const allowedRooms = new Set(['runtime', 'testing']);

describe('clock and chance', () => {
  it('are found in every guise', () => {
    const guises = [
      'Date.now()',
      'new Date()',
      'Date()',
      'setTimeout(f, 1)',
      'globalThis.setInterval(f, 1)',
      'Math.random()',
      'globalThis.performance.now()',
      'AbortSignal.timeout(5)',
      "import { randomUUID } from 'node:crypto'",
      "import { setTimeout } from 'node:timers/promises'",
    ];
    for (const guise of guises) expect(clockAndChance('a.ts', guise), guise).not.toEqual([]);
    expect(clockAndChance('a.ts', 'new Date(0).toISOString(); clock.now(); runtime.timers.after(1, f)')).toEqual([]);
  });

  it('come from the runtime alone', () => {
    const found = rooms
      .filter(({ room }) => !allowedRooms.has(room))
      .flatMap(({ folder }) => productSources(folder))
      .flatMap((path) => {
        const text = textOf(path);
        return clockAndChance(path, text).map(({ what, offset }) => `${place(path, text, offset)} ${what}`);
      });
    expect(found).toEqual([]);
  });
});
