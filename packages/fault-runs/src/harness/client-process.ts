import { fileURLToPath } from 'node:url';
import { type ManagedProcess, spawnProcess, startTcpProxy, type TcpProxy } from '@keelson/testing';
import type { FaultEngine } from '../engine/engine.ts';
import type { ClientLine } from '../line.ts';
import type { Victim } from './nemesis.ts';

/** Path of a program of this package, compiled. */
export const programPath = (name: string): string => fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));

/** What a client process is told. */
export interface ClientSettings {
  readonly resourcePort: number;
  readonly ttlMs: number;
  readonly seed: number;
  readonly parties: number;
  readonly round: number;
  /** Where what it says goes. */
  readonly lines: ClientLine[];
}

/** How long a client may take to end by itself, in milliseconds. */
const GRACE_MS = 20_000;

/** A client process behind proxies of its own, which is started again when it was killed. */
export class ClientProcess implements Victim {
  readonly name: string;
  readonly proxies: readonly TcpProxy[];
  readonly #flags: readonly string[];
  readonly #lines: ClientLine[];
  readonly #seed: number;
  #incarnation = -1;
  #process: ManagedProcess | undefined;

  private constructor(name: string, proxies: readonly TcpProxy[], url: string, seed: number, settings: ClientSettings) {
    const { resourcePort, ttlMs, parties, round, lines } = settings;
    this.name = name;
    this.proxies = proxies;
    this.#lines = lines;
    this.#seed = seed;
    const values = { store: url, resource: resourcePort, 'ttl-ms': ttlMs, parties, round };
    this.#flags = Object.entries(values).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  }

  /** Starts the `index`th client and its proxies. */
  static async start(engine: FaultEngine, index: number, settings: ClientSettings): Promise<ClientProcess> {
    const proxies = await Promise.all(engine.members.map(({ port }) => startTcpProxy(port)));
    const url = engine.url(proxies.map(({ port }) => port));
    const seed = settings.seed * 1_000_000 + settings.round * 1_000 + index * 100;
    const client = new ClientProcess(`client-${index + 1}`, proxies, url, seed, settings);
    await client.restart();
    return client;
  }

  process = (): ManagedProcess => {
    if (this.#process === undefined) throw new Error(`${this.name} was never started`);
    return this.#process;
  };

  restart = async (): Promise<void> => {
    this.#incarnation += 1;
    const own = { name: this.name, incarnation: this.#incarnation, seed: this.#seed + this.#incarnation };
    const flags = Object.entries(own).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    const started = await spawnProcess(process.execPath, [programPath('client/main'), ...flags, ...this.#flags], {
      name: this.name,
      onLine: (line) => this.#heard(line),
    });
    this.#process = started;
    const client = `${this.name}#${this.#incarnation}`;
    void started.exited.then(({ code, signal }) => {
      if (signal === 'SIGKILL' || code === 0) return;
      const text = `ended with ${code ?? signal}: ${started.stderr().slice(-2_000)}`;
      this.#lines.push({ say: 'fault', client, text });
    });
  };

  /** Asks it to end, and notes if it did not by itself: a process that holds a socket or a timer that it should have closed would not. */
  async stop(): Promise<void> {
    const { code } = await this.process().stop({ graceMs: GRACE_MS });
    const client = `${this.name}#${this.#incarnation}`;
    const note = (text: string): void => void this.#lines.push({ say: 'fault', client, text });
    if (code === null) note(`did not end within ${GRACE_MS} ms of being asked: something was left open`);
    const left = this.proxies.reduce((total, { connections }) => total + connections, 0);
    if (left > 0) note(`left ${left} connections to the store`);
  }

  /** Ends it, whatever it is at, and its proxies. */
  async end(): Promise<void> {
    await this.#process?.kill();
    for (const proxy of this.proxies) await proxy.close();
  }

  #heard(line: string): void {
    const said = JSON.parse(line) as ClientLine | { readonly say: 'ready' };
    if (said.say !== 'ready') this.#lines.push(said);
  }
}
