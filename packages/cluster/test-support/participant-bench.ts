import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import type { Entry } from '@keelson/store';
import { type MemoryStore, memoryStore } from '@keelson/store/memory';
import {
  ClusterConfig,
  CurrentState,
  clusterPaths,
  decodeRecord,
  emptyRecord,
  encodeRecord,
  Message,
  type StateTransition,
} from '../src/model/index.ts';
import { joinCluster } from '../src/participant/join-cluster.ts';
import type { JoinOptions } from '../src/participant/join-options.ts';
import type { Participant } from '../src/participant/participant.ts';

/** How a message differs from OFFLINE → SLAVE of `db_0`. */
export type MessageChanges = Partial<StateTransition> & {
  /** Further simple fields. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Makes it a batch message. */
  readonly partitions?: readonly string[];
};

/** A cluster `c` in memory and virtual time, in which the test plays the controller. */
export class ParticipantBench {
  readonly runtime: VirtualRuntime = virtualRuntime({ seed: 1 });
  /** The controller's own connection. */
  readonly store: MemoryStore = memoryStore(this.runtime);
  readonly paths = clusterPaths('c');
  readonly #participants: Participant[] = [];
  #messages = 0;

  /** A cluster that lets instances join by themselves. */
  static async create(): Promise<ParticipantBench> {
    const bench = new ParticipantBench();
    const config = new ClusterConfig(emptyRecord('c')).withSimple({ allowParticipantAutoJoin: 'true' });
    await bench.drive(bench.store.put(bench.paths.clusterConfig, encodeRecord(config.record)));
    return bench;
  }

  /** Another connection to the same tree. */
  connect(): MemoryStore {
    return memoryStore(this.runtime, { backend: this.store.backend });
  }

  drive<T>(work: Promise<T>): Promise<T> {
    return this.runtime.drive(work, { limitMs: 120_000 });
  }

  async join(
    options: Partial<JoinOptions> & Pick<JoinOptions, 'stateModels'>,
  ): Promise<{ participant: Participant; store: MemoryStore }> {
    const store = this.connect();
    const { runtime } = this;
    const participant = await this.drive(
      joinCluster({ store, cluster: 'c', instance: 'a_1', runtime, sessionTtlMs: 3_000, ...options }),
    );
    this.#participants.push(participant);
    return { participant, store };
  }

  /** Sends a transition and gives the revision of its message, which is its fencing token. Lets nothing happen yet. */
  async send(participant: Participant, changes: MessageChanges = {}): Promise<bigint> {
    const { fields, partitions, ...transition } = changes;
    this.#messages += 1;
    const { record } = Message.stateTransition({
      id: `m${this.#messages}`,
      sourceName: 'c0',
      sourceSession: 'c0c0',
      targetName: participant.instance,
      targetSession: participant.session.id,
      resource: 'db',
      partition: 'db_0',
      stateModel: 'MasterSlave',
      fromState: 'OFFLINE',
      toState: 'SLAVE',
      createdMs: this.runtime.clock.wallMs(),
      activeReplicas: -1,
      eventName: 'Test',
      ...transition,
    });
    const listFields: Record<string, readonly string[]> =
      partitions === undefined ? {} : { PARTITION_NAME: partitions };
    const value = encodeRecord({ ...record, simpleFields: { ...record.simpleFields, ...fields }, listFields });
    const written = await this.store.put(this.paths.message(participant.instance, record.id), value);
    return written.createRevision;
  }

  /** Sends a transition and lets everything that follows happen. */
  async move(participant: Participant, changes: MessageChanges = {}): Promise<bigint> {
    const token = await this.drive(this.send(participant, changes));
    await this.runtime.advance(50);
    return token;
  }

  /** The current state of the resource under the participant's session, as it is in the store. */
  async currentState(participant: Participant, resource = 'db'): Promise<CurrentState | undefined> {
    const path = this.paths.currentState(participant.instance, participant.session.id, resource);
    const record = this.#record(await this.drive(this.store.get(path)));
    return record === undefined ? undefined : new CurrentState(record);
  }

  /** `db_0=SLAVE …` of the participant's current state. */
  async states(participant: Participant, resource = 'db'): Promise<string> {
    const state = await this.currentState(participant, resource);
    return state === undefined ? 'none' : state.partitions.map((name) => `${name}=${state.stateOf(name)}`).join(' ');
  }

  /** Messages the instance has, as `id state`. */
  async messages(instance = 'a_1'): Promise<readonly string[]> {
    const { entries } = await this.drive(this.store.list(this.paths.messages(instance)));
    return entries.flatMap((entry) => {
      const record = this.#record(entry);
      return record === undefined ? [] : [`${record.id} ${new Message(record).state}`];
    });
  }

  /** The store's revision: one more with every write. */
  async revision(): Promise<bigint> {
    return (await this.drive(this.store.list('/c'))).revision;
  }

  async end(): Promise<void> {
    for (const participant of this.#participants) await this.drive(participant.close());
    await this.drive(this.store.close());
  }

  #record(entry: Entry | undefined): ReturnType<typeof decodeRecord> {
    return entry === undefined ? undefined : decodeRecord(entry.value);
  }
}

/** A promise that the test settles. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  break(error: unknown): void;
}

/** Makes a gate. */
export function gate(): Gate {
  let open = (): void => {};
  let fail: (error: unknown) => void = () => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  passed.catch(() => {}); // whoever waits at the gate hears of it
  return { passed, open: () => open(), break: (error) => fail(error) };
}
