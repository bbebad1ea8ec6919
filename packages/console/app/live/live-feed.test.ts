import { virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import type { ApiClient } from '../api/client.ts';
import { openLiveFeed, SILENCE_MS } from './live-feed.ts';
import type { LiveAction } from './live-state.ts';

type Stream = ReadableStreamDefaultController<Uint8Array>;

/** A server whose streams the test writes; while `down` is set it refuses. */
function fakeServer() {
  const opened: { readonly lastEventId: string | undefined; readonly stream: Stream }[] = [];
  const server = { down: undefined as Error | undefined, opened, tries: 0 };
  const refuse = (): Promise<never> => Promise.reject(new Error('not used'));
  const client: ApiClient = {
    get: refuse,
    getTagged: refuse,
    patch: refuse,
    post: refuse,
    async openStream(_path, { signal, lastEventId }) {
      server.tries += 1;
      if (server.down !== undefined) throw server.down;
      return new ReadableStream<Uint8Array>({
        start(stream) {
          opened.push({ lastEventId, stream });
          signal.addEventListener('abort', () => stream.error(signal.reason));
        },
      });
    },
  };
  return { ...server, server, client };
}

function start() {
  const runtime = virtualRuntime({ seed: 7 });
  const { server, client } = fakeServer();
  const actions: LiveAction[] = [];
  const feed = openLiveFeed({ client, cluster: 'c', runtime, dispatch: (action) => actions.push(action) });
  const write = (text: string): void => server.opened.at(-1)?.stream.enqueue(new TextEncoder().encode(text));
  // Streams settle in turns of the real event loop, which virtual time does not wait for.
  const settle = async (ms: number): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) {
      await runtime.advance(turn === 5 ? ms : 0);
    }
  };
  const types = (): readonly string[] => actions.map(({ type }) => type);
  return { runtime, server, feed, actions, write, settle, types };
}

const FRAME = 'id: 5-1\nevent: instance\ndata: {"instance":"w","change":"left","atMs":1}\n\n';

describe('the live feed', () => {
  it('hands events on, gathered, with their ids', async () => {
    const { actions, write, settle } = start();
    await settle(0);
    write(FRAME + FRAME.replace('5-1', '5-2'));
    await settle(100);
    const [connected, events] = actions;
    expect(connected).toMatchObject({ type: 'connected', again: false });
    expect(events).toMatchObject({ type: 'events', items: [{ id: '5-1' }, { id: '5-2', instance: 'w' }] });
  });

  it('comes back after a break, resumes after the last event, and says that it was away', async () => {
    const { server, actions, write, settle, types } = start();
    await settle(0);
    write(FRAME);
    await settle(100);
    server.opened.at(-1)?.stream.error(new TypeError('network error'));
    server.down = new ApiError(0, 'E_UNAVAILABLE', 'No answer', 'The server cannot be reached.');
    await settle(2_000);
    expect(types().filter((type) => type === 'disconnected').length).toBeGreaterThan(1);
    server.down = undefined;
    await settle(20_000);
    expect(actions.at(-1)).toMatchObject({ type: 'connected', again: true });
    expect(server.opened.map(({ lastEventId }) => lastEventId)).toEqual([undefined, '5-1']);
  });

  it('takes silence for death', async () => {
    const { actions, write, settle } = start();
    await settle(0);
    await settle(SILENCE_MS - 1_000);
    write(': heartbeat\n\n');
    await settle(SILENCE_MS - 1_000);
    expect(actions.map(({ type }) => type)).toEqual(['connected', 'heard']);
    await settle(1_500);
    expect(actions[2]).toMatchObject({ type: 'disconnected', reason: 'The server fell silent.' });
  });

  it('tries at once when asked to', async () => {
    const { server, feed, settle } = start();
    server.down = new Error('away');
    await settle(60_000);
    const before = server.tries;
    feed.retryNow();
    await settle(0);
    expect(server.tries).toBe(before + 1);
  });

  it('says that a token is wanted', async () => {
    const { server, actions, settle } = start();
    await settle(0);
    server.opened.at(-1)?.stream.close();
    server.down = new ApiError(401, 'E_UNAUTHENTICATED', 'Who are you', 'A token is needed.');
    await settle(5_000);
    expect(actions.at(-1)).toMatchObject({ type: 'disconnected', unauthorized: true, reason: 'A token is needed.' });
  });

  it('says nothing more once it is closed', async () => {
    const { feed, actions, write, settle } = start();
    await settle(0);
    write(FRAME);
    feed.close();
    await settle(60_000);
    expect(actions.map(({ type }) => type)).toEqual(['connected']);
  });
});
