import { expect, test } from 'vitest';
import type { EventStream } from '../http/event-stream.ts';
import { EventHub } from './event-hub.ts';
import { EventLog } from './event-log.ts';

interface FakeStream extends EventStream {
  readonly sent: string[];
  full: boolean;
  drain(): void;
}

function fakeStream(): FakeStream {
  const controller = new AbortController();
  let drained: (() => void) | undefined;
  return {
    sent: [],
    full: false,
    closed: controller.signal,
    send(frame) {
      if (this.full) return false;
      this.sent.push(frame);
      return true;
    },
    onceDrained: (run) => {
      drained = run;
    },
    drain() {
      this.full = false;
      drained?.();
    },
    end: () => controller.abort(),
  };
}

const joined = (instance: string) => ({ type: 'instance', instance, change: 'joined', atMs: 1 }) as const;

test('a new client gets the place to resume from, then what happens', () => {
  const hub = new EventHub(new EventLog(5n, 10));
  const stream = fakeStream();
  hub.subscribe(stream, undefined);
  hub.publish(6n, [joined('a')]);
  expect(stream.sent).toEqual([
    'id: 5-0\n\n',
    'id: 6-1\nevent: instance\ndata: {"id":"6-1","type":"instance","instance":"a","change":"joined","atMs":1}\n\n',
  ]);
});

test('a client that returns gets what it missed, or a reset where that is not known', () => {
  const hub = new EventHub(new EventLog(5n, 1));
  hub.publish(6n, [joined('a')]);
  hub.publish(7n, [joined('b')]);
  const known = fakeStream();
  hub.subscribe(known, '6-1');
  expect(known.sent).toHaveLength(1);
  expect(known.sent[0]).toContain('id: 7-1\n');
  const unknown = fakeStream();
  hub.subscribe(unknown, '5-0');
  expect(unknown.sent).toEqual(['id: 7-1\nevent: reset\ndata: {}\n\n']);
});

test('a slow client loses events and is told so when it reads again', () => {
  const hub = new EventHub(new EventLog(5n, 10));
  const slow = fakeStream();
  hub.subscribe(slow, undefined);
  slow.full = true;
  hub.publish(6n, [joined('a')]);
  hub.publish(7n, [joined('b')]);
  slow.drain();
  hub.publish(8n, [joined('c')]);
  expect(slow.sent.slice(1).map((frame) => frame.split('\n').slice(0, 2))).toEqual([
    ['id: 7-1', 'event: reset'],
    ['id: 8-1', 'event: instance'],
  ]);
});

test('a client that has gone is forgotten; ending the hub ends every stream', () => {
  const hub = new EventHub(new EventLog(5n, 10));
  const [gone, stays] = [fakeStream(), fakeStream()];
  hub.subscribe(gone, undefined);
  hub.subscribe(stays, undefined);
  gone.end();
  expect(hub.size).toBe(1);
  hub.end();
  expect(stays.closed.aborted).toBe(true);
  const late = fakeStream();
  hub.subscribe(late, undefined);
  expect(late.closed.aborted).toBe(true);
});
