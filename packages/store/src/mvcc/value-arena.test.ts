import { expect, it } from 'vitest';
import { MvccEngine } from './engine.ts';
import { ValueArena, type ValuePlace, valueAt } from './value-arena.ts';
import { evacuateSome } from './value-evacuation.ts';

const place = (): ValuePlace => ({ slab: undefined, offset: 0, length: 0 });

it('gives back what was stored, for empty values and for ones larger than a slab too', () => {
  const arena = new ValueArena();
  const sizes = [0, 1, 300, 1 << 17, 3 << 20, 2];
  const places = sizes.map((size) => {
    const at = place();
    arena.store(new Uint8Array(size).fill(size % 251), at);
    return at;
  });
  expect(places.map((at) => [valueAt(at).length, valueAt(at).at(-1)])).toEqual(
    sizes.map((size) => [size, size === 0 ? undefined : size % 251]),
  );
  for (const at of places) arena.free(at);
  expect(arena.liveBytes).toBe(0);
});

it('leaves views of a freed value readable', () => {
  const arena = new ValueArena();
  const at = place();
  arena.store(Uint8Array.of(1, 2, 3), at);
  const view = valueAt(at);
  arena.free(at);
  arena.store(Uint8Array.of(9, 9, 9), at);
  expect([...view]).toEqual([1, 2, 3]);
});

it('empties slabs that are mostly holes, step by step, without losing a value', () => {
  const engine = new MvccEngine();
  const put = (key: string, value: Uint8Array): unknown => engine.execute({ type: 'put', key, value }, 0);
  for (let n = 0; n < 12_000; n += 1) put(`k${n}`, new Uint8Array(1_000).fill(n % 256));
  for (let n = 0; n < 12_000; n += 1)
    if (n % 4 !== 0) engine.execute({ type: 'delete-range', range: { key: `k${n}` } }, 0);
  engine.compact(engine.revision, engine.revision);
  const { arena } = engine.history;
  expect(arena.wantsEvacuation).toBe(true);
  const held = arena.allocatedBytes;
  let steps = 0;
  for (let next = evacuateSome(engine.history, undefined); next !== undefined; steps += 1)
    next = evacuateSome(engine.history, next);
  expect(steps).toBeGreaterThan(3);
  expect(arena.wantsEvacuation).toBe(false);
  expect(arena.allocatedBytes).toBeLessThan(held / 2);
  for (let n = 0; n < 12_000; n += 4)
    expect(engine.range({ key: `k${n}` }, engine.revision).kvs[0]?.value[999]).toBe(n % 256);
});
