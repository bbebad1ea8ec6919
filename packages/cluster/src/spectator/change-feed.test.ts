import { describe, expect, test } from 'vitest';
import { ChangeFeed, type RoutingChange } from './change-feed.ts';
import { RoutingTable } from './routing-table.ts';

const change = (...resources: string[]): RoutingChange => ({
  table: new RoutingTable({ views: new Map(), live: new Map(), configs: new Map() }),
  resources: new Set(resources),
});

describe('a feed of changes', () => {
  test('begins with what is, then gives each change', async () => {
    const feed = new ChangeFeed();
    const reader = feed.read(change('db'), undefined);
    expect((await reader.next()).value?.resources).toEqual(new Set(['db']));
    const next = reader.next();
    feed.publish(change('orders'));
    expect((await next).value?.resources).toEqual(new Set(['orders']));
  });

  test('puts together what a slow reader has not seen, under the newest table', async () => {
    const feed = new ChangeFeed();
    const reader = feed.read(change(), undefined);
    await reader.next();
    const newest = change('b');
    feed.publish(change('a'));
    feed.publish(newest);
    expect(await reader.next()).toEqual({
      done: false,
      value: { table: newest.table, resources: new Set(['a', 'b']) },
    });
  });

  test('ends its readers, waiting or not, and those that come later', async () => {
    const feed = new ChangeFeed();
    const reader = feed.read(change(), undefined);
    await reader.next();
    const waiting = reader.next();
    feed.end();
    expect((await waiting).done).toBe(true);
    expect((await feed.read(change(), undefined).next()).done).toBe(true);
  });

  test('ends with the signal', async () => {
    const stop = new AbortController();
    const reader = new ChangeFeed().read(change(), stop.signal);
    await reader.next();
    const waiting = reader.next();
    stop.abort();
    expect((await waiting).done).toBe(true);
  });
});
