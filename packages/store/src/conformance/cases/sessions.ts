import { isKeelsonError, sleep } from '@keelson/runtime';
import { ConformanceFailure, check, present, rejectsWith, same } from '../assertions.ts';
import { type Bench, bytes, type ConformanceCase, defineCase } from '../case.ts';

/** Waits until `signal` trips; fails where it does not in time. */
async function tripped(bench: Bench, signal: AbortSignal, limitMs: number): Promise<void> {
  const timeUp = new AbortController();
  const trip = (): void => timeUp.abort('tripped');
  signal.addEventListener('abort', trip, { once: true });
  if (signal.aborted) return;
  await sleep(bench.runtime, limitMs, { signal: timeUp.signal }).catch(() => {});
  signal.removeEventListener('abort', trip);
  if (!signal.aborted) throw new ConformanceFailure(`\`lost\` did not trip within ${limitMs} ms`);
}

/** G14 to G18: sessions and what is written under them. */
export const sessionCases: readonly ConformanceCase[] = [
  defineCase(
    'G14',
    'names the owner of an ephemeral entry and deletes it with the session, in sight of watches',
    async (bench) => {
      const [owner, other] = [await bench.store(), await bench.store()];
      const reader = bench.read(other, bench.root);
      await reader.snapshot();
      const session = await bench.session(owner);
      await owner.create(bench.at('created'), bytes('1'), { session });
      await owner.put(bench.at('put'), bytes('1'), { session });
      const operation = { type: 'put', path: bench.at('transacted'), value: bytes('1'), session } as const;
      await owner.transact({ then: [operation] });
      const { path: numbered } = await owner.create(bench.at('n-'), bytes(''), { session, sequential: true });
      await owner.put(bench.at('put'), bytes('2'), { session });
      await owner.put(bench.at('persistent'), bytes(''));
      const paths = [bench.at('created'), bench.at('put'), bench.at('transacted'), numbered];
      for (const path of paths) same((await other.get(path))?.owner, session.id, `owner of ${path}`);
      check(/^[0-9a-f]+$/.test(session.id), `the session's id ${session.id} is not lower-case hex`);
      await session.close();
      const left = (): string[] => reader.below(bench.root);
      await reader.until(() => reader.state.has(bench.at('persistent')) && left().length === 1);
      same(left(), [bench.at('persistent')], 'what the watch was left with');
      const listed = (await other.list(bench.root)).entries.map((entry) => entry.path);
      same(listed, [bench.at('persistent')], 'what is left');
    },
  ),

  defineCase('G14', 'keeps what other sessions own', async (bench) => {
    const [one, two] = [await bench.store(), await bench.store()];
    const [first, second] = [await bench.session(one), await bench.session(two)];
    check(first.id !== second.id, 'two sessions have one id');
    await one.create(bench.at('first'), bytes(''), { session: first });
    await two.create(bench.at('second'), bytes(''), { session: second });
    await first.close();
    same(
      (await one.list(bench.root)).entries.map((entry) => entry.owner),
      [second.id],
      'owners left',
    );
    second.assertAlive();
  }),

  defineCase(
    'G14',
    'deletes the entries of a session that fell silent, and not before its ttl',
    async (bench) => {
      const [owner, other] = [await bench.store(), await bench.store()];
      const session = await bench.session(owner);
      await owner.create(bench.at('live'), bytes(''), { session });
      const reader = bench.read(other, bench.root);
      await reader.snapshot();
      const aliveUntilMs = session.aliveUntilMs;
      await bench.fault('disconnect')(owner);
      const silent = bench.runtime.clock.monotonicMs();
      check(aliveUntilMs > silent, 'the session was over before it fell silent');
      const limitMs = session.ttlMs + other.capabilities.sessionExpiryLagMs + bench.patienceMs;
      const gone = reader.until(() => reader.below(bench.root).length === 0);
      const slow = sleep(bench.runtime, limitMs).then(() => 'slow' as const);
      check((await Promise.race([gone, slow])) !== 'slow', `the entry was still there after ${limitMs} ms`);
      check(bench.runtime.clock.monotonicMs() >= aliveUntilMs, 'the entry went before the ttl was over');
      await bench.fault('reconnect')(owner);
    },
    ['disconnect', 'reconnect'],
  ),

  defineCase(
    'G15',
    'trips `lost` before anybody can see the entries go',
    async (bench) => {
      const [owner, other] = [await bench.store(), await bench.store()];
      const session = await bench.session(owner);
      await owner.create(bench.at('live'), bytes(''), { session });
      const reader = bench.read(other, bench.root);
      await reader.snapshot();
      const { lost } = session;
      await bench.fault('disconnect')(owner);
      await reader.until((event) => {
        if (reader.below(bench.root).length > 0) return false;
        check(lost.aborted, `the watch told ${event.type} of the entry's end before \`lost\` tripped`);
        return true;
      });
      check(isKeelsonError(lost.reason, 'E_SESSION_EXPIRED'), `the reason of \`lost\` is ${String(lost.reason)}`);
      await rejectsWith(async () => session.assertAlive(), 'E_SESSION_EXPIRED', 'assertAlive');
      await bench.fault('reconnect')(owner);
      check(session.lost.aborted, '`lost` untripped');
    },
    ['disconnect', 'reconnect'],
  ),

  defineCase('G15', 'promises no more life than the ttl from the last keepalive', async (bench) => {
    const store = await bench.store();
    const session = await bench.session(store);
    const { clock } = bench.runtime;
    for (let look = 0; look < 8; look += 1) {
      const leftMs = session.aliveUntilMs - clock.monotonicMs();
      check(leftMs <= session.ttlMs, `${leftMs} ms of life promised with a ttl of ${session.ttlMs} ms`);
      check(leftMs > 0, 'a session that can be kept alive has run out');
      await sleep(bench.runtime, session.ttlMs / 7);
    }
  }),

  defineCase(
    'G16',
    'knows after a pause that it has ended, before anything else happens',
    async (bench) => {
      const store = await bench.store();
      const [session, second] = [await bench.session(store), await bench.session(store)];
      await store.create(bench.at('live'), bytes(''), { session });
      bench.fault('pause')(session.ttlMs * 2);
      await rejectsWith(async () => session.assertAlive(), 'E_SESSION_EXPIRED', 'assertAlive after the pause');
      check(second.lost.aborted, '`lost` had not tripped when it was first looked at after the pause');
      await rejectsWith(() => store.put(bench.at('live'), bytes('x'), { session }), 'E_SESSION_EXPIRED', 'late write');
      await sleep(bench.runtime, session.ttlMs);
      check(session.lost.aborted && second.lost.aborted, '`lost` untripped');
      same(await store.get(bench.at('live')), undefined, 'the entry after the pause');
    },
    ['pause'],
  ),

  defineCase('G17', 'lives on by itself, in use or not', async (bench) => {
    const [store, other] = [await bench.store(), await bench.store()];
    const session = await bench.session(store);
    const created = await store.create(bench.at('live'), bytes(''), { session });
    await sleep(bench.runtime, session.ttlMs * 3);
    check(!session.lost.aborted, '`lost` tripped though the store was there');
    session.assertAlive();
    same((await other.get(bench.at('live')))?.createRevision, created.createRevision, 'incarnation after three ttls');
  }),

  defineCase('G18', 'ends with close: `lost` first, then the entries, then nothing more', async (bench) => {
    const [store, other] = [await bench.store(), await bench.store()];
    const session = await bench.session(store);
    await store.create(bench.at('live'), bytes(''), { session });
    const closing = session.close();
    check(session.lost.aborted, '`lost` had not tripped when close was called');
    check(isKeelsonError(session.lost.reason, 'E_CLOSED'), `the reason of \`lost\` is ${String(session.lost.reason)}`);
    await closing;
    same(await other.get(bench.at('live')), undefined, 'the entry after close');
    await session.close();
    await rejectsWith(async () => session.assertAlive(), 'E_SESSION_EXPIRED', 'assertAlive after close');
    const put = { type: 'put', path: bench.at('late'), value: bytes(''), session } as const;
    await rejectsWith(() => store.create(bench.at('late'), bytes(''), { session }), 'E_SESSION_EXPIRED', 'late create');
    await rejectsWith(() => store.put(bench.at('late'), bytes(''), { session }), 'E_SESSION_EXPIRED', 'late put');
    await rejectsWith(() => store.transact({ then: [put] }), 'E_SESSION_EXPIRED', 'late transaction');
    same(await other.get(bench.at('late')), undefined, 'what the late writes left behind');
  }),

  defineCase(
    'G18',
    'learns that the store has ended it, and writes nothing more',
    async (bench) => {
      const [store, other] = [await bench.store(), await bench.store()];
      const session = await bench.session(store);
      await store.create(bench.at('live'), bytes(''), { session });
      await bench.fault('expireSession')(session);
      same(await other.get(bench.at('live')), undefined, 'the entry of a session ended by the store');
      await rejectsWith(() => store.put(bench.at('late'), bytes(''), { session }), 'E_SESSION_EXPIRED', 'late write');
      same(await other.get(bench.at('late')), undefined, 'what the late write left behind');
      await tripped(bench, session.lost, session.ttlMs);
      check(isKeelsonError(present(session.lost.reason as unknown, 'a reason'), 'E_SESSION_EXPIRED'), 'wrong reason');
      await session.close();
    },
    ['expireSession'],
  ),
];
