import { availableParallelism, loadavg } from 'node:os';
import { type Random, sleep } from '@keelson/runtime';
import { eventually, type IsolationWay, type ManagedProcess, type TcpProxy, testRuntime } from '@keelson/testing';
import type { FaultEngine } from '../engine/engine.ts';

/** A client process as the nemesis sees it: its process, and its own way to every member. */
export interface Victim {
  readonly name: string;
  /** The process of now; another after each restart. */
  readonly process: () => ManagedProcess;
  /** One proxy for each member. */
  readonly proxies: readonly TcpProxy[];
  /** Starts it again after it was killed. */
  readonly restart: () => Promise<void>;
}

/** Kinds of faults that there are. */
export const faultKinds = (): readonly string[] => Object.keys(strikes);

/** What happened, for the report. Times are those of the resource's clock. */
export interface StruckFault {
  readonly kind: string;
  readonly target: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** When the servers themselves said that they were all there and followed one leader again; absent where they did not within two minutes. */
  readonly wholeMs?: number;
  /** Processes that waited for a core of the machine when it ended, per core, on average over a minute: past 2 or 3, slowness may be the machine's. */
  readonly load: number;
}

/** What the nemesis works on. */
export interface Arena {
  readonly engine: FaultEngine;
  readonly victims: readonly Victim[];
  readonly random: Random;
  readonly ttlMs: number;
  readonly nowMs: () => number;
  /** Kinds of faults that strike; default: all that make sense for the engine. */
  readonly kinds?: readonly string[] | undefined;
}

/** A fault under way: what it hit, and what ends it. */
interface Struck {
  readonly target: string;
  readonly end: () => Promise<void> | void | undefined;
}

type Strike = (arena: Arena, lastsMs: number) => Promise<Struck>;

function pick<T>(random: Random, list: readonly T[]): T {
  const value = list[random.integer(list.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

/** Every fault by its name. Each strikes, and gives what ends it. */
const strikes: Readonly<Record<string, Strike>> = {
  'kill member': async ({ engine, random }) => {
    const index = random.integer(engine.members.length);
    const member = engine.members[index];
    await member?.kill();
    return { target: `member ${index}`, end: () => member?.restart() };
  },
  'kill leader': async (arena) => {
    const index = await leaderOr(arena);
    const member = arena.engine.members[index];
    await member?.kill();
    return { target: `member ${index}`, end: () => member?.restart() };
  },
  'stop member': ({ engine, random }) => {
    const index = random.integer(engine.members.length);
    const member = engine.members[index];
    member?.pause();
    return Promise.resolve({ target: `member ${index}`, end: () => member?.resume() });
  },
  'stop leader': async (arena) => {
    const index = await leaderOr(arena);
    const member = arena.engine.members[index];
    member?.pause();
    return { target: `member ${index}`, end: () => member?.resume() };
  },
  'isolate leader from its peers': async (arena) => isolate(arena, await leaderOr(arena), 'both'),
  'isolate leader, one way': async (arena) =>
    isolate(arena, await leaderOr(arena), pick(arena.random, ['in', 'out'] as const)),
  'isolate member from its peers': (arena) =>
    Promise.resolve(isolate(arena, arena.random.integer(arena.engine.members.length), 'both')),
  'part two members': ({ engine, random }) => {
    const one = random.integer(engine.members.length);
    const other = (one + 1) % engine.members.length;
    engine.network?.part(one, other);
    return Promise.resolve({ target: `members ${one} and ${other}`, end: () => engine.network?.restore() });
  },
  'rolling restart': async ({ engine }) => {
    for (const member of engine.members) {
      await member.kill();
      await member.restart();
    }
    return { target: 'every member', end: () => {} };
  },
  'kill client': async ({ victims, random }) => {
    const victim = pick(random, victims);
    await victim.process().kill();
    return { target: victim.name, end: victim.restart };
  },
  'stop client': ({ victims, random }) => {
    const victim = pick(random, victims);
    const process = victim.process();
    process.pause();
    return Promise.resolve({ target: victim.name, end: () => process.resume() });
  },
  'isolate client': onLinks((proxy) => proxy.freeze()),
  'isolate client, one way': onLinks((proxy, random) =>
    proxy.freezeOneWay(random.integer(2) === 0 ? 'to-server' : 'to-client'),
  ),
  'reset client': onLinks((proxy) => proxy.cut()),
  'slow client': onLinks((proxy, random) => proxy.slow({ latencyMs: 50 + random.integer(700) })),
  'drip client': onLinks((proxy) => proxy.slow({ latencyMs: 20, bytesPerSecond: 3_000 })),
  'lose a reply': onLinks((proxy) => proxy.loseNextReply()),
  compact: async ({ engine }) => {
    await engine.compact?.();
    return { target: 'history', end: () => {} };
  },
  'fill disk': async ({ engine }, lastsMs) => {
    await engine.fillDisk?.(Math.min(lastsMs, 3_000));
    return { target: 'quota', end: () => {} };
  },
};

/** The leader, or anybody where none is known. */
async function leaderOr({ engine, random }: Arena): Promise<number> {
  return (await engine.leader()) ?? random.integer(engine.members.length);
}

/** Cuts a member off from all others. */
function isolate({ engine }: Arena, index: number, way: IsolationWay): Struck {
  engine.network?.isolate(index, way);
  return { target: `member ${index}${way === 'both' ? '' : `, ${way}`}`, end: () => engine.network?.restore() };
}

/** A fault on all links of one client. */
function onLinks(strike: (proxy: TcpProxy, random: Random) => void): Strike {
  return ({ victims, random }) => {
    const victim = pick(random, victims);
    for (const proxy of victim.proxies) strike(proxy, random);
    const end = (): void => {
      for (const proxy of victim.proxies) proxy.restore();
    };
    return Promise.resolve({ target: victim.name, end });
  };
}

/** Faults between members. */
const ofNetwork: ReadonlySet<string> = new Set([
  'isolate leader from its peers',
  'isolate leader, one way',
  'isolate member from its peers',
  'part two members',
]);

/** Longest wait until all members are together again, in milliseconds. After a partition of one way ZooKeeper may need more than half a minute. */
const HEAL_MS = 120_000;

/** Which faults make sense for an engine. */
function kindsFor(engine: FaultEngine): readonly string[] {
  return Object.keys(strikes).filter((kind) => {
    if (kind === 'compact') return engine.compact !== undefined;
    if (kind === 'fill disk') return engine.fillDisk !== undefined;
    if (ofNetwork.has(kind)) return engine.network !== undefined;
    if (kind === 'rolling restart' || kind.endsWith('leader')) return engine.members.length > 1;
    return true;
  });
}

/** Load of the machine, per core. */
export const loadNow = (): number => (loadavg()[0] ?? 0) / availableParallelism();

/** One fault, drawn and carried out to its end, then a rest in which all must come back to work. */
export async function strikeOnce(arena: Arena): Promise<StruckFault> {
  const { random, engine, ttlMs, nowMs } = arena;
  const possible = kindsFor(engine);
  const kind = pick(random, arena.kinds?.filter((one) => possible.includes(one)) ?? possible);
  const lastsMs = 200 + random.integer(2 * ttlMs);
  const fromMs = nowMs();
  const { target, end } = await (strikes[kind] as Strike)(arena, lastsMs);
  await sleep(testRuntime, lastsMs);
  await end();
  const toMs = nowMs();
  // Struck again before all are back together, more would be gone than three can do without. Where that takes too long, the verdict on progress says so.
  const isWhole = await eventually('all members to be there', () => engine.whole(), {
    timeoutMs: HEAL_MS,
    everyMs: 200,
  }).catch(() => false);
  return { kind, target, fromMs, toMs, ...(isWhole ? { wholeMs: nowMs() } : {}), load: loadNow() };
}
