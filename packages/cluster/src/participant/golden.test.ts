import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { memoryStore } from '@keelson/store/memory';
import { describe, expect, test } from 'vitest';
import { FactReader, type Facts } from '../../test-support/participant-facts.ts';
import { type RecordedLine, readRecording } from '../../test-support/recording.ts';
import { recordWrites } from '../../test-support/write-log.ts';
import { joinCluster } from './join-cluster.ts';
import type { Participant } from './participant.ts';
import type { StateModelHandler } from './state-model-handler.ts';

type Write = Extract<RecordedLine, { kind: 'write' }>;

/** A participant of ours in the place of a recorded one. */
interface StandIn {
  readonly participant: Participant;
  readonly store: Store;
}

/**
 * Plays a recording of a Helix cluster to our participants: everything the controller and the operators wrote is written again, in
 * order; at the places where Java participants came and went, ours do.
 */
class Replay {
  readonly #runtime: VirtualRuntime = virtualRuntime({ seed: 1 });
  readonly #store = memoryStore(this.#runtime);
  readonly #lines: readonly Write[];
  readonly #root: string;
  /** Instance by session, of the recorded participants. */
  readonly #instances = new Map<string, string>();
  /** Our session by recorded session. */
  readonly #sessions = new Map<string, string>();
  readonly #standIns = new Map<string, StandIn>();
  readonly #failing: Set<string>;
  readonly recorded = new Map<string, FactReader>();
  readonly ours = new Map<string, FactReader>();

  constructor(recording: string, failOnce: readonly string[]) {
    this.#failing = new Set(failOnce);
    this.#lines = readRecording(recording).filter((line) => line.kind === 'write');
    this.#root = `/${this.#lines.find(({ path }) => path !== '')?.path.split('/')[1] ?? ''}`;
    for (const { path, session, op } of this.#lines) {
      const live = `${this.#root}/LIVEINSTANCES/`;
      if (op === 'create' && path.startsWith(live)) this.#instances.set(session, path.slice(live.length));
    }
    for (const instance of this.#instances.values()) {
      this.recorded.set(instance, new FactReader(instance));
      this.ours.set(instance, new FactReader(instance));
    }
  }

  async run(): Promise<void> {
    for (const line of this.#lines) {
      if (line.op === 'error' || line.op === 'openSession') continue;
      const instance = this.#instances.get(line.session);
      if (instance === undefined) await this.#fromOutside(line);
      else await this.#fromParticipant(instance, line);
      await this.#runtime.advance(20);
    }
    for (const { participant, store } of this.#standIns.values()) {
      await this.#runtime.drive(store.close());
      await this.#runtime.drive(participant.close());
    }
  }

  async #fromParticipant(instance: string, line: Write): Promise<void> {
    if (line.op === 'closeSession') return this.#kill(instance);
    if (!this.#sessions.has(line.session)) await this.#join(instance, line.session);
    const { op, value } = line;
    if (op === 'create' || op === 'set' || op === 'delete') {
      this.recorded.get(instance)?.wrote({ op, path: line.path.slice(this.#root.length), value });
    }
  }

  async #fromOutside(line: Write): Promise<void> {
    if (line.op === 'closeSession') return;
    if (line.op === 'delete') {
      await this.#runtime.drive(this.#store.delete(line.path));
      return;
    }
    const path = line.path.slice(this.#root.length);
    const [, target] = /^\/INSTANCES\/([^/]+)\/MESSAGES\/./.exec(path) ?? [];
    let text = new TextDecoder('latin1').decode(line.value);
    for (const [theirs, our] of this.#sessions) text = text.replaceAll(`"${theirs}"`, `"${our}"`);
    if (target !== undefined) {
      this.recorded.get(target)?.sent(path, line.value);
      this.ours.get(target)?.sent(path, line.value);
    }
    const value = Uint8Array.from(text, (char) => char.charCodeAt(0));
    await this.#runtime.drive(this.#store.put(line.path, value));
  }

  async #join(instance: string, session: string): Promise<void> {
    const client = memoryStore(this.#runtime, { backend: this.#store.backend });
    const reader = this.ours.get(instance);
    const store = recordWrites(client, ({ path, ...write }) =>
      reader?.wrote({ ...write, path: path.slice(this.#root.length) }),
    );
    const handler: StateModelHandler = {
      transition: async ({ partition, to }) => {
        if (this.#failing.delete(`${instance} ${partition} ${to}`)) throw new Error('told to fail');
      },
    };
    const participant = await this.#runtime.drive(
      joinCluster({
        store,
        cluster: this.#root.slice(1),
        instance,
        runtime: this.#runtime,
        sessionTtlMs: 4_000,
        stateModels: { MasterSlave: handler, LeaderStandby: handler, OnlineOffline: handler },
      }),
    );
    this.#sessions.set(session, participant.session.id);
    this.#standIns.set(instance, { participant, store });
  }

  /** As if its process were killed: its session ends, and nothing of it writes any more. */
  async #kill(instance: string): Promise<void> {
    const standIn = this.#standIns.get(instance);
    if (standIn === undefined) return;
    this.#standIns.delete(instance);
    await this.#runtime.drive(standIn.store.close());
    await this.#runtime.drive(standIn.participant.close());
  }
}

const plain = (facts: Facts | undefined): Record<string, readonly string[]> =>
  Object.fromEntries([...(facts ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));

describe('our participant writes what a Java participant wrote', () => {
  test.each([
    ['failover', []],
    ['error-and-reset', ['b_2 E_0 SLAVE']],
    ['semi-auto-and-customized', []],
    ['cluster-modes', []],
    ['controllers', []],
    ['waged', []],
  ])('%s', async (recording, failOnce) => {
    const replay = new Replay(recording, failOnce);
    await replay.run();
    expect(replay.recorded.size).toBeGreaterThan(1);
    for (const [instance, recorded] of replay.recorded) {
      expect(recorded.facts.size, instance).toBeGreaterThan(2);
      expect(plain(replay.ours.get(instance)?.facts), instance).toEqual(plain(recorded.facts));
    }
  });
});
