import { describe, expect, it } from 'vitest';
import type { NodeEvent, WatchEventType } from '../wire/records.ts';
import { WatchTable } from './watch-table.ts';

const event = (type: WatchEventType, path: string): NodeEvent => ({ type, path, zxid: undefined });

describe('the table of watches', () => {
  it('tells recursive watches of everything at and below, and of no sibling', () => {
    const table = new WatchTable();
    const [root, a] = [(): void => {}, (): void => {}];
    table.add('recursive', '/', root);
    table.add('recursive', '/a', a);
    expect(table.take(event('data-changed', '/a/b/c'))).toEqual([a, root]);
    expect(table.take(event('created', '/a'))).toEqual([a, root]);
    expect(table.take(event('deleted', '/ab'))).toEqual([root]);
    expect(table.take(event('children-changed', '/a'))).toEqual([]);
  });

  it('uses one-shot watches up, each by what it waits for', () => {
    const table = new WatchTable();
    const [data, exists, children] = [(): void => {}, (): void => {}, (): void => {}];
    table.add('data', '/n', data);
    table.add('exists', '/m', exists);
    table.add('children', '/n', children);
    expect(table.take(event('children-changed', '/n'))).toEqual([children]);
    expect(table.take(event('children-changed', '/n'))).toEqual([]);
    expect(table.take(event('created', '/m'))).toEqual([exists]);
    expect(table.take(event('deleted', '/n'))).toEqual([data]);
    expect(table.sets()).toEqual([]);
  });

  it('tells a listener once, though it waits in two ways', () => {
    const table = new WatchTable();
    const both = (): void => {};
    table.add('data', '/n', both);
    table.add('children', '/n', both);
    table.add('persistent', '/n', both);
    expect(table.take(event('deleted', '/n'))).toEqual([both]);
    expect(table.take(event('created', '/n'))).toEqual([both]);
  });

  it('knows when the last listener of a path has gone, and forgets one-shot listeners', () => {
    const table = new WatchTable();
    const [one, two] = [(): void => {}, (): void => {}];
    table.add('recursive', '/n', one);
    table.add('recursive', '/n', two);
    expect(table.remove('recursive', '/n', one)).toBe(false);
    expect(table.remove('recursive', '/n', one)).toBe(false);
    expect(table.remove('recursive', '/n', two)).toBe(true);
    table.add('data', '/n', one);
    table.forget(one);
    expect(table.sets()).toEqual([]);
  });

  it('sets everything again in parts that fit a request', () => {
    const table = new WatchTable();
    const paths = Array.from({ length: 5_000 }, (_value, index) => `/directory/with/a/longish/name/${index}`);
    for (const path of paths) table.add('data', path, () => {});
    table.add('recursive', '/last', () => {});
    const sets = table.sets();
    expect(sets.flatMap((set) => set.data)).toEqual(paths);
    expect(sets.at(-1)?.recursive).toEqual(['/last']);
    expect(sets.length).toBeGreaterThan(2);
    for (const set of sets) expect(set.data.join('').length).toBeLessThan(128 * 1024);
  });
});
