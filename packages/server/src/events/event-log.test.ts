import { expect, test } from 'vitest';
import { type EventBody, EventLog } from './event-log.ts';

const joined = (instance: string): EventBody => ({ type: 'instance', instance, change: 'joined', atMs: 1 });
const names = (events: readonly { id: string }[] | undefined): readonly string[] | undefined =>
  events?.map((event) => event.id);

test('gives events their place in the order of the store and tells what came after one', () => {
  const log = new EventLog(5n, 100);
  expect(log.lastId).toBe('5-0');
  expect(names(log.append(7n, [joined('a'), joined('b')]))).toEqual(['7-1', '7-2']);
  log.append(9n, [joined('c')]);
  expect(names(log.after('5-0'))).toEqual(['7-1', '7-2', '9-1']);
  expect(names(log.after('7-1'))).toEqual(['7-2', '9-1']);
  expect(names(log.after('8-0'))).toEqual(['9-1']);
  expect(names(log.after('9-1'))).toEqual([]);
  expect(names(log.newest(2))).toEqual(['9-1', '7-2']);
});

test('a revision without events moves the resume point on', () => {
  const log = new EventLog(5n, 100);
  log.append(8n, []);
  expect(log.lastId).toBe('8-0');
  expect(names(log.after('8-0'))).toEqual([]);
});

test('further events of a revision continue its numbers', () => {
  const log = new EventLog(5n, 100);
  log.append(7n, [joined('a')]);
  expect(names(log.append(7n, [joined('b')]))).toEqual(['7-2']);
});

test('answers with a gap what it does not cover', () => {
  const log = new EventLog(5n, 2);
  log.append(6n, [joined('a')]);
  log.append(7n, [joined('b')]);
  log.append(8n, [joined('c')]);
  expect(log.after('5-0'), 'dropped: 6-1 is gone').toBeUndefined();
  expect(names(log.after('6-1')), 'what was dropped last is still a place to resume from').toEqual(['7-1', '8-1']);
  expect(log.after('4-9'), 'before the beginning').toBeUndefined();
  expect(log.after('9-0'), 'of a store that is ahead of ours').toBeUndefined();
  for (const id of ['', 'x', '7', '7-', '-1-1', '7-1-1', '99999999999999999999-1'])
    expect(log.after(id), id).toBeUndefined();
});
