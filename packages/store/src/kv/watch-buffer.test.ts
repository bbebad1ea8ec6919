import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, WatchEvent } from '../watch.ts';
import { WatchBuffer } from './watch-buffer.ts';

const change: Change = { type: 'delete', path: '/a', revision: 1n };
const changes = (count: number): WatchEvent => ({
  type: 'changes',
  changes: Array.from({ length: count }, () => change),
  revision: 1n,
});
const progress: WatchEvent = { type: 'progress', revision: 2n };
const interrupted: WatchEvent = { type: 'interrupted', error: new Error('cut') };

function drain(buffer: WatchBuffer): string[] {
  const types: string[] = [];
  for (let event = buffer.shift(); event !== undefined; event = buffer.shift()) types.push(event.type);
  return types;
}

describe('watch buffer', () => {
  it('drops everything when there is no room, and is usable again', () => {
    const buffer = new WatchBuffer(3);
    expect([buffer.push(changes(2)), buffer.push(changes(1)), buffer.push(changes(1))]).toEqual([true, true, false]);
    expect(buffer.isEmpty).toBe(true);
    expect(buffer.push(changes(3))).toBe(true);
    expect(buffer.push(changes(4))).toBe(false);
  });

  it('forgets what a later event makes pointless, and nothing else', () => {
    const buffer = new WatchBuffer(10);
    for (const event of [changes(1), interrupted, progress, progress, interrupted, interrupted, progress])
      buffer.push(event);
    expect(drain(buffer)).toEqual(['changes', 'progress']);
    for (const event of [progress, changes(1), interrupted]) buffer.push(event);
    expect(drain(buffer)).toEqual(['progress', 'changes', 'interrupted']);
  });

  it('stays bounded whatever is pushed', () => {
    const event = fc.oneof(fc.integer({ min: 1, max: 5 }).map(changes), fc.constantFrom(progress, interrupted));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const buffer = new WatchBuffer(8);
        for (const each of events) buffer.push(each);
        expect(drain(buffer).length).toBeLessThanOrEqual(3 * 8 + 2);
      }),
    );
  });
});
