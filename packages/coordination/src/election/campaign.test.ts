import { sleep, type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { type MemoryStore, memoryStore } from '@keelson/store/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { campaign } from './campaign.ts';
import type { Leadership } from './leadership.ts';
import { observeLeader } from './observe-leader.ts';

const PATH = '/c/CONTROLLER/LEADER';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let runtime: VirtualRuntime;
let tree: MemoryStore;
beforeEach(() => {
  runtime = virtualRuntime({ seed: 1 });
  tree = memoryStore(runtime);
});
afterEach(() => runtime.drive(tree.close()));

interface Candidate {
  readonly store: MemoryStore;
  readonly session: Session;
  stand(options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<Leadership>;
}

async function candidate(name: string): Promise<Candidate> {
  const store = memoryStore(runtime, { backend: tree.backend });
  const session = await runtime.drive(store.openSession({ ttlMs: 3_000 }));
  return {
    store,
    session,
    stand: (options = {}) => campaign({ store, session, path: PATH, value: bytes(name), runtime, ...options }),
  };
}

/** What a promise has come to by now. */
function outcome<T>(work: Promise<T>): { value: T | undefined; error: unknown } {
  const seen: { value: T | undefined; error: unknown } = { value: undefined, error: undefined };
  work.then(
    (value) => {
      seen.value = value;
    },
    (error: unknown) => {
      seen.error = error;
    },
  );
  return seen;
}

const leader = async (): Promise<string | undefined> => {
  const entry = await runtime.drive(tree.get(PATH));
  return entry === undefined ? undefined : new TextDecoder().decode(entry.value);
};

describe('a campaign', () => {
  test('is won by one, and by the next when that one resigns, with a greater token', async () => {
    const [a, b] = [await candidate('a'), await candidate('b')];
    const first = await runtime.drive(a.stand());
    const second = outcome(b.stand());
    await runtime.advance(1_000);
    expect(await leader()).toBe('a');
    expect(second.value).toBeUndefined();
    await runtime.drive(first.resign());
    expect(first.lost.reason).toMatchObject({ code: 'E_CLOSED' });
    await runtime.advance(10);
    expect(await leader()).toBe('b');
    expect(second.value?.fencingToken).toBeGreaterThan(first.fencingToken);
    await runtime.drive(first.resign());
    expect(await leader()).toBe('b');
  });

  test('the token is the create revision of the entry', async () => {
    const a = await candidate('a');
    const { fencingToken } = await runtime.drive(a.stand());
    expect((await runtime.drive(tree.get(PATH)))?.createRevision).toBe(fencingToken);
  });

  test('leadership is lost with the session, before another has it', async () => {
    const [a, b] = [await candidate('a'), await candidate('b')];
    const first = await runtime.drive(a.stand());
    const second = outcome(b.stand());
    a.store.faults.disconnect();
    let lostMs = 0;
    first.lost.addEventListener('abort', () => {
      lostMs = runtime.clock.monotonicMs();
    });
    await runtime.runUntil(() => second.value !== undefined, { limitMs: 10_000 });
    expect(first.lost.reason).toMatchObject({ code: 'E_SESSION_EXPIRED' });
    expect(lostMs).toBeLessThan(runtime.clock.monotonicMs());
  });

  test('leadership is lost when somebody deletes the entry', async () => {
    const a = await candidate('a');
    const first = await runtime.drive(a.stand());
    await runtime.drive(tree.delete(PATH));
    await runtime.advance(10);
    expect(first.lost.reason).toMatchObject({ code: 'E_VERSION_CONFLICT' });
    expect(a.session.lost.aborted).toBe(false);
  });

  test.each(['loseReplies', 'dropRequests'] as const)('is won though the store %s', async (fault) => {
    const a = await candidate('a');
    const standing = a.stand();
    a.store.faults[fault](1);
    const { fencingToken } = await runtime.drive(standing);
    expect((await runtime.drive(tree.get(PATH)))?.createRevision).toBe(fencingToken);
  });

  test('given up by its caller holds nothing, won or not', async () => {
    const [a, b] = [await candidate('a'), await candidate('b')];
    const first = await runtime.drive(a.stand());
    const stop = new AbortController();
    const second = outcome(b.stand({ signal: stop.signal }));
    await runtime.advance(10);
    stop.abort();
    await runtime.advance(10);
    expect(second.error).toMatchObject({ code: 'E_ABORTED' });
    await runtime.drive(first.resign());
    await runtime.advance(100);
    expect(await leader()).toBeUndefined();
  });

  test('the signal of a campaign that was won does not end the leadership', async () => {
    const a = await candidate('a');
    const stop = new AbortController();
    const first = await runtime.drive(a.stand({ signal: stop.signal }));
    stop.abort();
    await runtime.advance(100);
    expect(first.lost.aborted).toBe(false);
    expect(await leader()).toBe('a');
  });

  test('ends with its time limit where it has one', async () => {
    const [a, b] = [await candidate('a'), await candidate('b')];
    await runtime.drive(a.stand());
    const second = b.stand({ timeoutMs: 500 });
    await expect(runtime.drive(second)).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  });

  test('ends with its session', async () => {
    const [a, b] = [await candidate('a'), await candidate('b')];
    await runtime.drive(a.stand());
    const second = outcome(b.stand());
    await runtime.advance(10);
    b.store.faults.disconnect();
    await runtime.advance(3_000);
    expect(second.error).toMatchObject({ code: 'E_SESSION_EXPIRED' });
  });

  test('is lost, not won, by whoever was stopped before the reply came and whose session ended meanwhile', async () => {
    let stoppedForMs = 0;
    // The clock goes on while a process is stopped, its timers do not.
    const clock = { ...runtime.clock, monotonicMs: () => runtime.clock.monotonicMs() + stoppedForMs };
    const own = { ...runtime, clock };
    const store = memoryStore(own, { backend: tree.backend });
    const session = await runtime.drive(store.openSession({ ttlMs: 3_000 }));
    const transact = store.transact.bind(store);
    store.transact = async (...request) => {
      const result = await transact(...request);
      stoppedForMs = 10_000;
      return result;
    };
    const standing = outcome(campaign({ store, session, path: PATH, value: bytes('a'), runtime: own }));
    await runtime.advance(10);
    expect(stoppedForMs).toBe(10_000);
    expect(standing).toMatchObject({ value: undefined, error: { code: 'E_SESSION_EXPIRED' } });
  });

  test('ten candidates lead one after the other, each with a greater token, never two at once', async () => {
    const tokens: bigint[] = [];
    let leading = 0;
    let most = 0;
    const candidates: Candidate[] = [];
    for (let index = 0; index < 10; index += 1) candidates.push(await candidate(String(index)));
    const terms = candidates.map(async (one) => {
      const won = await one.stand();
      leading += 1;
      most = Math.max(most, leading);
      tokens.push(won.fencingToken);
      await sleep(runtime, 5);
      leading -= 1;
      await won.resign();
    });
    await runtime.drive(Promise.all(terms));
    expect(most).toBe(1);
    expect(tokens).toEqual([...tokens].sort((a, b) => (a < b ? -1 : 1)));
    expect(new Set(tokens).size).toBe(10);
  });
});

describe('an observer', () => {
  test('sees who leads, that nobody does, and who is next', async () => {
    const a = await candidate('a');
    const stop = new AbortController();
    const seen: (string | undefined)[] = [];
    const observing = (async () => {
      for await (const one of observeLeader({ store: tree, path: PATH, signal: stop.signal })) {
        seen.push(one === undefined ? undefined : new TextDecoder().decode(one.value));
      }
    })();
    await runtime.advance(10);
    const first = await runtime.drive(a.stand());
    await runtime.advance(10);
    await runtime.drive(first.resign());
    const b = await candidate('b');
    await runtime.drive(b.stand());
    await runtime.advance(10);
    stop.abort();
    await runtime.drive(observing);
    expect(seen).toEqual([undefined, 'a', undefined, 'b']);
  });
});
