import { type Coordination, coordination, eventLog } from '@keelson/coordination';
import type { Session } from '@keelson/store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestApi } from '../../test-support/test-api.ts';
import {
  electionListSchema,
  groupListSchema,
  lockBrokenSchema,
  lockListSchema,
  lockSchema,
  publishedSchema,
  topicListSchema,
  topicSchema,
} from './schemas.ts';

let api: TestApi;
let session: Session;
let recipes: Coordination;

beforeEach(async () => {
  api = await TestApi.start();
  session = await api.store.openSession({ ttlMs: 10_000 });
  recipes = coordination({ store: api.store, session, runtime: api.runtime, owner: 'app', host: 'h', pid: 7 });
});

afterEach(() => api.close());

describe('locks', () => {
  test('are listed, shown and broken', async () => {
    expect((await api.ok(lockListSchema, 'GET', '/locks')).body).toEqual({ locks: [] });
    const held = await recipes.lock('invoices').acquire({ reason: 'nightly' });
    const next = recipes.lock('invoices').acquire({ mode: 'shared' });
    const shown = async (): Promise<number> => (await api.ok(lockSchema, 'GET', '/locks/invoices')).body.waiting.length;
    await expect.poll(shown).toBe(1);
    const { body } = await api.ok(lockListSchema, 'GET', '/locks');
    const [holder] = body.locks[0]?.holders ?? [];
    expect(holder).toMatchObject({ owner: 'app', host: 'h', pid: 7, reason: 'nightly', mode: 'exclusive' });
    expect(holder?.fencingToken).toBe(String(held.fencingToken));
    const by = { by: 'ops', reason: 'stuck' };
    const other = await api.refused('POST', '/locks/invoices/break', { body: { ...by, id: 'x' } });
    expect(other.code).toBe('E_NOT_FOUND');
    expect((await api.refused('POST', '/locks/invoices/break', { body: { by: 'ops' } })).status).toBe(400);
    const broken = await api.ok(lockBrokenSchema, 'POST', '/locks/invoices/break', { body: by });
    expect(broken.body.broken.map(({ id }) => id)).toEqual([holder?.id]);
    const lock = await next;
    await expect.poll(() => held.lost.aborted).toBe(true);
    const after = await api.ok(lockSchema, 'GET', '/locks/invoices');
    expect(after.body).toMatchObject({ waiting: [], lastBreak: { by: 'ops', reason: 'stuck', owner: 'app' } });
    await lock.release();
  });

  test('of other kinds and places are found where one says so', async () => {
    await recipes.semaphore('slots', 3).acquire();
    expect((await api.ok(lockSchema, 'GET', '/locks/slots?kind=semaphore')).body).toMatchObject({ permits: 3 });
    expect((await api.ok(lockListSchema, 'GET', '/locks?kind=semaphore&root=/elsewhere')).body.locks).toEqual([]);
    expect((await api.refused('GET', '/locks/a%2Fb')).code).toBe('E_INVALID_PATH');
    expect((await api.refused('GET', '/locks?root=nowhere')).code).toBe('E_INVALID_PATH');
  });
});

test('elections and groups are listed with those in them', async () => {
  await recipes.election('cron').campaign({ metadata: { address: 'here' } });
  await recipes.group('workers').join('w1', { metadata: { zone: 'a' } });
  const { elections } = (await api.ok(electionListSchema, 'GET', '/elections')).body;
  expect(elections).toMatchObject([{ name: 'cron', term: 1, leader: { owner: 'app' }, candidates: [] }]);
  const { groups } = (await api.ok(groupListSchema, 'GET', '/groups')).body;
  expect(groups).toMatchObject([{ name: 'workers', members: [{ name: 'w1', metadata: { zone: 'a' }, owner: 'app' }] }]);
});

describe('topics', () => {
  test('take events, once under a key, and tell what they keep', async () => {
    const event = { body: { payload: { order: 7 }, key: 'order-7' } };
    expect(await api.ok(publishedSchema, 'POST', '/topics/orders/events', event)).toMatchObject({
      status: 201,
      body: { sequence: 1, duplicate: false },
    });
    expect(await api.ok(publishedSchema, 'POST', '/topics/orders/events', event)).toMatchObject({
      status: 200,
      body: { sequence: 1, revision: null, duplicate: true },
    });
    expect((await api.ok(topicListSchema, 'GET', '/topics')).body).toEqual({ topics: ['orders'] });
    expect((await api.ok(topicSchema, 'GET', '/topics/orders')).body).toMatchObject({ first: 1, next: 2, cursors: [] });
    expect((await api.refused('POST', '/topics/orders/events', { body: {} })).status).toBe(400);
    expect((await api.refused('GET', '/topics/orders/events?from=yesterday')).status).toBe(400);
  });

  test('stream their events from where one asks, and end with the server', async () => {
    const topic = eventLog({ store: api.store, runtime: api.runtime }).topic('t');
    for (const payload of ['a', 'b', 'c']) await topic.publish(payload);
    const address = await api.app?.listen({ port: 0, host: '127.0.0.1' });
    const response = await fetch(`${address}/api/v1/topics/t/events?from=beginning`, {
      headers: { 'last-event-id': '1' },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes('"payload":"c"')) break;
    }
    expect([...text.matchAll(/^id: (\d+)$/gm)].map((match) => match[1])).toEqual(['2', '3']);
    expect(text).toContain('event: event');
  });
});
