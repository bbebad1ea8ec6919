import { fileURLToPath } from 'node:url';
import { seededRandom, sleep } from '@keelson/runtime';
import { lastSegment, type Store } from '@keelson/store';
import {
  freePort,
  type ManagedProcess,
  spawnProcess,
  startTcpProxy,
  type TcpProxy,
  testRuntime,
} from '@keelson/testing';
import { connectStore } from './connect-store.ts';
import type { FaultEngine } from './engine.ts';
import { type EngineName, startEngine } from './engines.ts';
import type { ClientLine, ResourceLine } from './line.ts';
import { type StruckFault, strikeOnce, type Victim } from './nemesis.ts';
import { REGISTERS } from './registers.ts';
import { connectResource, type Resource } from './resource.ts';
import {
  brokenWatches,
  doubleOwners,
  notLinearizable,
  oddities,
  overlaps,
  staleCopies,
  standstills,
  type Transcript,
} from './verdicts.ts';
import { watchRegisters } from './watch-registers.ts';

/** What is run, and for how long. */
export interface FaultRunOptions {
  readonly engine: EngineName;
  readonly seed: number;
  /** How long faults strike, in milliseconds. */
  readonly durationMs: number;
  /** Session ttl of the clients, in milliseconds. Default 3,000. */
  readonly ttlMs?: number;
  /** Client processes. Default 4. */
  readonly clients?: number;
  /** Told of each fault once it has ended. */
  readonly onFault?: (fault: StruckFault) => void;
}

/** What a run came to. */
export interface FaultRunReport {
  readonly engine: EngineName;
  readonly seed: number;
  readonly faults: readonly StruckFault[];
  /** Empty where everything held. */
  readonly violations: readonly string[];
  /** How much was done: a run in which nothing happened proves nothing. */
  readonly counts: {
    readonly registerCalls: number;
    readonly owned: number;
    readonly acts: number;
    readonly accepted: number;
    readonly refusedTokens: number;
    readonly watchEvents: number;
  };
}

const entryPoint = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));

/** Starts a client process behind proxies of its own, and again when it was killed. */
class Client implements Victim {
  readonly name: string;
  readonly proxies: readonly TcpProxy[];
  readonly #flags: readonly string[];
  readonly #lines: ClientLine[];
  readonly #seed: number;
  #incarnation = -1;
  #process: ManagedProcess | undefined;

  constructor(name: string, proxies: readonly TcpProxy[], flags: readonly string[], lines: ClientLine[], seed: number) {
    this.name = name;
    this.proxies = proxies;
    this.#flags = flags;
    this.#lines = lines;
    this.#seed = seed;
  }

  process = (): ManagedProcess => {
    if (this.#process === undefined) throw new Error(`${this.name} was never started`);
    return this.#process;
  };

  restart = async (): Promise<void> => {
    this.#incarnation += 1;
    const who = [
      '--name',
      this.name,
      '--incarnation',
      String(this.#incarnation),
      '--seed',
      String(this.#seed + this.#incarnation),
    ];
    const process_ = await spawnProcess(process.execPath, [entryPoint('client-main'), ...who, ...this.#flags], {
      name: this.name,
      onLine: (line) => this.#heard(line),
    });
    this.#process = process_;
    const client = `${this.name}#${this.#incarnation}`;
    void process_.exited.then(({ code, signal }) => {
      if (signal === 'SIGKILL' || code === 0) return;
      this.#lines.push({
        say: 'fault',
        client,
        text: `ended with ${code ?? signal}: ${process_.stderr().slice(-2_000)}`,
      });
    });
  };

  /** Asks it to end, and says whether it did by itself: a process that holds a socket or a timer that it should have closed would not. */
  async stop(): Promise<void> {
    const { code } = await this.process().stop({ graceMs: 20_000 });
    const client = `${this.name}#${this.#incarnation}`;
    if (code === null)
      this.#lines.push({
        say: 'fault',
        client,
        text: 'did not end within 20 s of being asked: something was left open',
      });
  }

  #heard(line: string): void {
    const said = JSON.parse(line) as ClientLine | { readonly say: 'ready' };
    if (said.say !== 'ready') this.#lines.push(said);
  }
}

/**
 * Starts the servers of an engine and client processes behind proxies, lets the nemesis strike from one seed, ends everything and judges what
 * was said. Servers, clients, proxies and data are gone when it settles.
 */
export async function faultRun(options: FaultRunOptions): Promise<FaultRunReport> {
  const { ttlMs = 3_000, clients: size = 4, seed } = options;
  await using engine = await startEngine(options.engine);
  const resourcePort = await freePort();
  const resourceLines: ResourceLine[] = [];
  await using resourceProcess = await spawnProcess(
    process.execPath,
    [entryPoint('resource-main'), String(resourcePort)],
    {
      name: 'resource',
      onLine: (line) => {
        const said = JSON.parse(line) as ResourceLine | { readonly say: 'ready' };
        if (said.say !== 'ready') resourceLines.push(said);
      },
    },
  );
  await resourceProcess.lineMatching(/ready/);
  const resource = await connectResource(resourcePort, testRuntime);
  const lines: ClientLine[] = [];
  const clients = await startClients(engine, size, { resourcePort, ttlMs, seed, lines });
  const reference = await startReference(engine, resource);
  try {
    const faults = await strikeFor(options, { engine, victims: clients, ttlMs, resource });
    const calmMs = resource.nowMs();
    await sleep(testRuntime, 3 * ttlMs);
    const untilMs = resource.nowMs();
    await Promise.all(clients.map((client) => client.stop()));
    const truth = await registersOf(reference.store);
    const left = await leftBehind(reference.store, ttlMs + engine.expiryLagMs + 1_000);
    const transcript: Transcript = {
      clients: lines,
      resource: resourceLines,
      reference: await reference.stop(),
      faults: [...faults, { kind: 'all', target: 'everything', fromMs: calmMs, toMs: calmMs }],
      ttlMs,
      clockErrorMs: resource.errorMs + 1,
    };
    return report(options, transcript, untilMs, truth, left);
  } finally {
    await reference.stop();
    for (const client of clients) {
      await client.process().kill();
      for (const proxy of client.proxies) await proxy.close();
    }
  }
}

async function startClients(
  engine: FaultEngine,
  size: number,
  { resourcePort, ttlMs, seed, lines }: { resourcePort: number; ttlMs: number; seed: number; lines: ClientLine[] },
): Promise<readonly Client[]> {
  return await Promise.all(
    Array.from({ length: size }, async (_, index) => {
      const proxies = await Promise.all(engine.members.map(({ port }) => startTcpProxy(port)));
      const url = engine.url(proxies.map(({ port }) => port));
      const flags = ['--store', url, '--resource', String(resourcePort), '--ttl-ms', String(ttlMs)];
      const client = new Client(`client-${index + 1}`, proxies, flags, lines, seed * 1_000 + index * 100);
      await client.restart();
      return client;
    }),
  );
}

/** The harness' own eyes, past all proxies. */
async function startReference(
  engine: FaultEngine,
  resource: Resource,
): Promise<{ readonly store: Store; stop(): Promise<readonly ClientLine[]> }> {
  const store = await connectStore(engine.url(engine.members.map(({ port }) => port)), testRuntime);
  const lines: ClientLine[] = [];
  const stopping = new AbortController();
  const context = {
    client: 'reference',
    runtime: testRuntime,
    resource,
    random: testRuntime.random,
    stopping: stopping.signal,
  };
  const watching = watchRegisters(context, store, (line) => lines.push(line));
  const stop = async (): Promise<readonly ClientLine[]> => {
    stopping.abort();
    await watching;
    await store.close();
    return lines;
  };
  return { store, stop };
}

/** Fault after fault, each to its end, with a rest of up to three ttls between. */
async function strikeFor(
  { durationMs, seed, onFault = () => {} }: FaultRunOptions,
  arena: { engine: FaultEngine; victims: readonly Victim[]; ttlMs: number; resource: Resource },
): Promise<readonly StruckFault[]> {
  const { engine, victims, ttlMs, resource } = arena;
  const random = seededRandom(seed);
  const faults: StruckFault[] = [];
  const endMs = testRuntime.clock.monotonicMs() + durationMs;
  while (testRuntime.clock.monotonicMs() < endMs) {
    const fault = await strikeOnce({ engine, victims, random, ttlMs, nowMs: () => resource.nowMs() });
    faults.push(fault);
    onFault(fault);
    await sleep(testRuntime, random.integer(3 * ttlMs));
  }
  return faults;
}

async function registersOf(store: Store): Promise<Readonly<Record<string, string>>> {
  const { entries } = await store.list(REGISTERS);
  return Object.fromEntries(entries.map(({ path, value }) => [lastSegment(path), new TextDecoder().decode(value)]));
}

/** Entries of sessions, which all ought to have gone with their clients. */
async function leftBehind(store: Store, withinMs: number): Promise<readonly string[]> {
  const ephemeral = async (): Promise<readonly string[]> => {
    const { entries } = await store.list('/coordination', { recursive: true });
    return entries.flatMap(({ path, owner }) => (owner === undefined ? [] : [path]));
  };
  const endMs = testRuntime.clock.monotonicMs() + withinMs;
  for (;;) {
    const left = await ephemeral();
    if (left.length === 0 || testRuntime.clock.monotonicMs() > endMs)
      return left.map((path) => `${path} was left behind`);
    await sleep(testRuntime, 200);
  }
}

function report(
  { engine, seed }: FaultRunOptions,
  transcript: Transcript,
  untilMs: number,
  truth: Readonly<Record<string, string>>,
  left: readonly string[],
): FaultRunReport {
  const { clients, resource, faults } = transcript;
  const count = (say: ClientLine['say']): number => clients.filter((line) => line.say === say).length;
  return {
    engine,
    seed,
    faults: faults.slice(0, -1),
    violations: [
      ...overlaps(transcript),
      ...doubleOwners(transcript),
      ...notLinearizable(transcript),
      ...brokenWatches(transcript),
      ...standstills(transcript, untilMs),
      ...staleCopies(transcript, truth),
      ...oddities(transcript),
      ...left,
    ],
    counts: {
      registerCalls: count('return'),
      owned: count('owns'),
      acts: count('acts'),
      accepted: resource.filter(({ say }) => say === 'accepted').length,
      refusedTokens: resource.filter(({ say }) => say === 'refused-token').length,
      watchEvents: count('saw'),
    },
  };
}
