import { sleep } from '@keelson/runtime';
import type { Store } from '../../port.ts';
import type { Operation } from '../../transaction.ts';
import { check, rejectsWith, same } from '../assertions.ts';
import { type Bench, bytes, type ConformanceCase, defineCase, text } from '../case.ts';

interface Limits {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Every call that writes, by name. */
function writesOf(bench: Bench, store: Store, limits: Limits): [string, () => Promise<unknown>][] {
  const put: Operation = { type: 'put', path: bench.at('transacted'), value: bytes('x') };
  return [
    ['put', () => store.put(bench.at('put'), bytes('x'), limits)],
    ['create', () => store.create(bench.at('created'), bytes('x'), limits)],
    ['sequential create', () => store.create(bench.at('n-'), bytes('x'), { ...limits, sequential: true })],
    ['delete', () => store.delete(bench.at('kept'), limits)],
    ['transact', () => store.transact({ then: [put] }, limits)],
  ];
}

/** Every call that only reads, by name. */
function readsOf(bench: Bench, store: Store, limits: Limits): [string, () => Promise<unknown>][] {
  return [
    ['get', () => store.get(bench.at('kept'), limits)],
    ['children', () => store.children(bench.root, limits)],
    ['list', () => store.list(bench.root, limits)],
  ];
}

/** Fails unless only the entry `kept` is there, as it was written once. */
async function untouched(bench: Bench, store: Store): Promise<void> {
  const { entries } = await store.list(bench.root, { recursive: true });
  same(
    entries.map((entry) => [entry.path, entry.version]),
    [[bench.at('kept'), 1]],
    'what is there',
  );
}

/** G27 to G31: waiting, failing, ending. */
export const failingCases: readonly ConformanceCase[] = [
  defineCase('G27', 'does nothing for a caller whose signal has tripped', async (bench) => {
    const store = await bench.store();
    await store.put(bench.at('kept'), bytes(''));
    const limits = { signal: AbortSignal.abort('no more') };
    for (const [name, call] of [...writesOf(bench, store, limits), ...readsOf(bench, store, limits)])
      await rejectsWith(call, 'E_ABORTED', name);
    await rejectsWith(() => store.openSession({ ttlMs: bench.ttlMs, ...limits }), 'E_ABORTED', 'openSession');
    await untouched(bench, store);
  }),

  defineCase(
    'G27',
    'ends a read at its deadline',
    async (bench) => {
      const store = await bench.store();
      await store.put(bench.at('kept'), bytes(''));
      for (const [name, call] of readsOf(bench, store, { timeoutMs: 250 })) {
        await bench.fault('loseReply')(store);
        await rejectsWith(call, 'E_TIMEOUT', `${name} without a reply`);
      }
      const stop = new AbortController();
      await bench.fault('loseReply')(store);
      const reading = rejectsWith(
        () => store.get(bench.at('kept'), { signal: stop.signal }),
        'E_ABORTED',
        'aborted get',
      );
      stop.abort();
      await reading;
      same((await store.get(bench.at('kept')))?.version, 1, 'a read after those that were given up');
    },
    ['loseReply'],
  ),

  defineCase(
    'G28',
    'says that the outcome of a write is unknown, and does not write twice',
    async (bench) => {
      const [store, other] = [await bench.store(), await bench.store()];
      await store.put(bench.at('kept'), bytes(''));
      for (const [name, call] of writesOf(bench, store, { timeoutMs: 250 })) {
        await bench.fault('loseReply')(store);
        await rejectsWith(call, 'E_OUTCOME_UNKNOWN', `${name} without a reply`);
      }
      // Time enough for a driver that would send again behind the caller's back.
      await sleep(bench.runtime, 1_000);
      const { entries } = await other.list(bench.root, { recursive: true });
      for (const entry of entries) same(entry.version, 1, `writes to ${entry.path}`);
      same(entries.length, 4, 'entries after five writes, of which one deletes and four create');
    },
    ['loseReply'],
  ),

  defineCase(
    'G28',
    'says the same of a write that the caller gives up while it is under way',
    async (bench) => {
      const store = await bench.store();
      const stop = new AbortController();
      await bench.fault('loseReply')(store);
      const writing = store.put(bench.at('a'), bytes('1'), { signal: stop.signal });
      const unknown = rejectsWith(() => writing, 'E_OUTCOME_UNKNOWN', 'a put given up under way');
      await sleep(bench.runtime, 50);
      stop.abort('enough');
      await unknown;
      const entry = await store.get(bench.at('a'));
      check(entry === undefined || entry.version === 1, 'the put was done twice');
    },
    ['loseReply'],
  ),

  defineCase(
    'G29',
    'refuses writes while it is cut off, and does not make them later',
    async (bench) => {
      const [store, other] = [await bench.store(), await bench.store()];
      await store.put(bench.at('kept'), bytes(''));
      const reader = bench.read(store, bench.root);
      await reader.snapshot();
      await bench.fault('disconnect')(store);
      // A cut can go unnoticed at first; what is sent into it has an unknown outcome. Once it is noticed, everything is refused.
      await reader.until((event) => event.type === 'interrupted');
      check(!store.status.connected, 'the store says that it is connected');
      for (const [name, call] of writesOf(bench, store, { timeoutMs: 1_000 }))
        await rejectsWith(call, 'E_UNAVAILABLE', `${name} while cut off`);
      for (const [name, call] of readsOf(bench, store, { timeoutMs: 1_000 }))
        await rejectsWith(call, ['E_UNAVAILABLE', 'E_TIMEOUT'], `${name} while cut off`);
      await bench.fault('reconnect')(store);
      await other.put(bench.at('end'), bytes('end'));
      await reader.untilPath(bench.at('end'));
      await other.delete(bench.at('end'));
      // Time enough for a driver that would send what it had queued.
      await sleep(bench.runtime, 500);
      await untouched(bench, other);
      await store.put(bench.at('kept'), bytes('again'));
      check(store.status.connected, 'the store says that it is still cut off');
    },
    ['disconnect', 'reconnect'],
  ),

  defineCase('G30', 'ends its sessions and takes no more calls', async (bench) => {
    const [store, other] = [await bench.store(), await bench.store()];
    await other.put(bench.at('kept'), bytes(''));
    const session = await bench.session(store);
    await store.create(bench.at('live'), bytes(''), { session });
    await store.close();
    check(session.lost.aborted, '`lost` did not trip');
    await untouched(bench, other);
    for (const [name, call] of [...writesOf(bench, store, {}), ...readsOf(bench, store, {})])
      await rejectsWith(call, 'E_CLOSED', `${name} after close`);
    await rejectsWith(() => store.openSession({ ttlMs: bench.ttlMs }), 'E_CLOSED', 'openSession after close');
    await rejectsWith(() => bench.read(store, bench.root).next(), 'E_CLOSED', 'a watch after close');
    await store.close();
    await other.put(bench.at('after'), bytes('other stores go on'));
    same(text(await other.get(bench.at('after'))), 'other stores go on', 'another store');
  }),

  defineCase('G31', 'tells the truth about itself', async (bench) => {
    const store = await bench.store();
    const { capabilities } = store;
    check(capabilities.engine !== '', 'the engine has no name');
    check(capabilities.maxValueBytes >= 65_536, `values are limited to ${capabilities.maxValueBytes} bytes`);
    check(
      capabilities.maxTransactionOperations >= 16,
      `${capabilities.maxTransactionOperations} operations are too few`,
    );
    check(capabilities.sessionExpiryLagMs >= 0, 'a negative lag');
    check(store.status.connected, 'a store in use says that it is not connected');
    const askedMs = Math.max(1, Math.floor(capabilities.minSessionTtlMs / 2));
    const session = await store.openSession({ ttlMs: askedMs });
    check(
      session.ttlMs >= capabilities.minSessionTtlMs && session.ttlMs >= askedMs,
      `a session was granted ${session.ttlMs} ms, less than the shortest of ${capabilities.minSessionTtlMs} ms`,
    );
    await session.close();
    const { maxSessionTtlMs = Number.POSITIVE_INFINITY } = capabilities;
    check(maxSessionTtlMs >= 2 * capabilities.minSessionTtlMs, `sessions end at ${maxSessionTtlMs} ms`);
    const wantedMs = Math.min(capabilities.minSessionTtlMs + 10_000, maxSessionTtlMs);
    const longer = await store.openSession({ ttlMs: wantedMs });
    check(longer.ttlMs >= wantedMs, `asked for ${wantedMs} ms, granted ${longer.ttlMs} ms`);
    check(
      longer.ttlMs <= maxSessionTtlMs,
      `granted ${longer.ttlMs} ms, more than the longest of ${maxSessionTtlMs} ms`,
    );
    await rejectsWith(() => store.openSession({ ttlMs: Number.NaN }), 'E_INVALID_ARGUMENT', 'a session of NaN ms');
  }),

  defineCase('G31', 'refuses history where it says that it keeps none', async (bench) => {
    const store = await bench.store();
    const { revision } = await store.put(bench.at('a'), bytes('1'));
    const first = bench.read(store, bench.root, { afterRevision: revision }).next();
    if (!store.capabilities.history) return await rejectsWith(() => first, 'E_UNSUPPORTED', 'afterRevision');
    await store.put(bench.at('b'), bytes('2'));
    same((await first)?.type, 'changes', 'the first event');
  }),
];
