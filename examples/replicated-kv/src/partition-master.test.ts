import { KeelsonError, type Runtime, sleep, type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { memoryStore } from '@keelson/store/memory';
import { describe, expect, it } from 'vitest';
import { holdsEverything, withMember } from './in-sync-set.ts';
import { InSyncStore } from './in-sync-store.ts';
import type { ReplicaReply } from './log-entry.ts';
import { PartitionMaster } from './partition-master.ts';
import type { Directory, Peers } from './peers.ts';
import { Replica } from './replica.ts';

const partition = 'kv_0';
const WRITES = 300;

/** A store of one kind of entry whose calls take time and sometimes lose their reply after they were applied. */
function slowStore(runtime: Runtime): Pick<Store, 'get' | 'delete' | 'transact' | 'capabilities'> {
  const tree = memoryStore(runtime);
  const { faults } = tree;
  faults.delay({ minMs: 1, maxMs: 6 });
  return {
    capabilities: tree.capabilities,
    get: (path, options) => tree.get(path, options),
    async transact(transaction, options) {
      const result = await tree.transact(transaction, options);
      if (runtime.random.integer(10) === 0) throw new KeelsonError('E_OUTCOME_UNKNOWN', 'the reply was lost');
      return result;
    },
    delete: () => Promise.reject(new KeelsonError('E_UNSUPPORTED', 'nothing is deleted here')),
  };
}

/** A node: its replica survives everything; its session does not. */
class Node {
  readonly replica = new Replica();
  session = '';
  state: 'OFFLINE' | 'SLAVE' | 'MASTER' = 'OFFLINE';
  /** While stopped, nothing it sends or is sent arrives. */
  resumed: Promise<void> = Promise.resolve();
  ownership = new AbortController();
  master: PartitionMaster | undefined;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  readonly replicas = {
    of: () => this.replica,
    raiseFence: async (_: string, token: bigint) => this.replica.raiseFence(token),
    append: async (_: string, request: Parameters<Replica['append']>[0]) => this.replica.append(request),
    install: async (_: string, request: Parameters<Replica['install']>[0]) => this.replica.install(request),
  };
}

/** Three nodes, one partition, a controller that promotes only SLAVEs, and everything that can go wrong between them. */
class World {
  readonly runtime: VirtualRuntime;
  readonly nodes = ['a', 'b', 'c'].map((name) => new Node(name));
  readonly inSync: InSyncStore;
  readonly acknowledged: string[] = [];
  #token = 0n;
  #sessions = 0;
  ended = false;

  promotions = 0;

  constructor(seed: number) {
    this.runtime = virtualRuntime({ seed });
    this.inSync = new InSyncStore(slowStore(this.runtime), this.runtime, 'example', 'kv');
  }

  readonly directory: Directory = {
    masterOf: () => this.nodes.find((node) => node.state === 'MASTER')?.name,
    takingOver: () => false,
    liveSession: async (name) => this.node(name).session || undefined,
    // Now and then older than the set that is read with it: then each is asked for by himself.
    liveSessions: async () => ({
      sessions: new Map(this.nodes.flatMap(({ name, session }) => (session === '' ? [] : [[name, session]]))),
      revision: this.runtime.random.integer(4) === 0 ? 0n : 1_000_000n,
    }),
    addressOf: (name) => name,
  };

  node(name: string): Node {
    const node = this.nodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new Error(name);
    return node;
  }

  /** Each call travels there and back; a stopped end holds it up, and now and then it is lost on either way. */
  async call<T>(from: Node, to: Node, work: () => T | Promise<T>): Promise<T> {
    const { runtime } = this;
    for (const end of [from, to]) {
      await end.resumed;
      await sleep(runtime, 1 + runtime.random.integer(4));
      if (runtime.random.integer(20) === 0) throw new KeelsonError('E_UNAVAILABLE', 'lost on the way there');
      if (to.session === '') throw new KeelsonError('E_UNAVAILABLE', 'nobody there');
    }
    const result = await work();
    await from.resumed;
    if (runtime.random.integer(20) === 0) throw new KeelsonError('E_UNAVAILABLE', 'lost on the way back');
    return result;
  }

  peersOf(from: Node): Peers {
    const ask = (address: string, work: (node: Node) => ReplicaReply) =>
      this.call(from, this.node(address), () => work(this.node(address)));
    return {
      append: (address, _, request) => ask(address, (node) => node.replica.append(request)),
      install: (address, _, request) => ask(address, (node) => node.replica.install(request)),
      join: (address, _, member) =>
        this.call(from, this.node(address), async () => {
          const { master } = this.node(address);
          if (master === undefined) throw new KeelsonError('E_UNAVAILABLE', 'not the MASTER');
          await master.join(member);
        }),
      leave: () => Promise.resolve(),
    };
  }

  start(node: Node): void {
    this.#sessions += 1;
    node.session = `s${this.#sessions}`;
    node.state = 'OFFLINE';
    node.master = undefined;
    node.ownership = new AbortController();
    void this.becomeSlave(node, node.session);
  }

  /** The session ends for the store; a node that is stopped learns of it only when it goes on. */
  end(node: Node): void {
    node.session = '';
    node.state = 'OFFLINE';
    const { ownership } = node;
    void node.resumed.then(() => ownership.abort(new KeelsonError('E_SESSION_EXPIRED', 'gone')));
  }

  async becomeSlave(node: Node, session: string): Promise<void> {
    while (node.session === session) {
      const master = this.directory.masterOf(partition);
      const done = await (master === undefined || master === node.name
        ? this.joinAlone(node, session)
        : this.peersOf(node)
            .join(master, partition, { instance: node.name, session }, node.ownership.signal)
            .then(() => true)
      ).catch(() => false);
      if (done && node.session === session) {
        node.state = 'SLAVE';
        return;
      }
      await sleep(this.runtime, 10);
    }
  }

  async joinAlone(node: Node, session: string): Promise<boolean> {
    const { signal } = node.ownership;
    const { set, version } = await this.inSync.read(partition, signal);
    if (!holdsEverything(set, node.name)) return false;
    return (await this.inSync.write(partition, withMember(set, node.name, session), version, signal)) !== undefined;
  }

  /** Promotes a SLAVE whenever the store knows no MASTER. */
  async control(): Promise<void> {
    while (!this.ended) {
      await sleep(this.runtime, 5);
      if (this.nodes.some((node) => node.state === 'MASTER')) continue;
      const slaves = this.nodes.filter((node) => node.state === 'SLAVE');
      const chosen = slaves[this.runtime.random.integer(Math.max(1, slaves.length))];
      if (chosen !== undefined) await this.promote(chosen);
    }
  }

  async promote(node: Node): Promise<void> {
    const { session, ownership } = node;
    this.#token += 1n;
    const { runtime, directory, inSync } = this;
    const context = { partition, instance: node.name, session, token: this.#token, signal: ownership.signal };
    const promotion = PartitionMaster.promote({
      ...context,
      replicas: node.replicas,
      peers: this.peersOf(node),
      directory,
      inSync,
      runtime,
    }).then(
      (master) => {
        node.master = master;
        this.promotions += 1;
        if (node.session === session) node.state = 'MASTER';
      },
      () => undefined,
    );
    const given = { up: false };
    void promotion.then(() => {
      given.up = true;
    });
    while (!given.up && node.session === session) await sleep(runtime, 1);
  }

  /** Sends each write to whoever says that it is MASTER, a deposed one too, until somebody acknowledges it. */
  async write(count: number): Promise<void> {
    for (let number = 1; number <= count; number += 1) {
      const put = { key: 'k', id: `w${number}`, value: '' };
      for (let acknowledged = false; !acknowledged; ) {
        await sleep(this.runtime, 3);
        const masters = this.nodes.filter((node) => node.master !== undefined);
        const { master } = masters[this.runtime.random.integer(Math.max(1, masters.length))] ?? {};
        if (master === undefined) continue;
        const late = sleep(this.runtime, 200).then(() => false);
        acknowledged = await Promise.race([
          late,
          master.put(put).then(
            () => true,
            () => false,
          ),
        ]);
      }
      this.acknowledged.push(put.id);
    }
    this.ended = true;
  }

  /** Kills and stops nodes; a stopped one outlives its session, comes back, and does not know it yet. */
  async disturb(): Promise<void> {
    const { runtime } = this;
    while (!this.ended) {
      await sleep(runtime, 30 + runtime.random.integer(300));
      const node = this.nodes[runtime.random.integer(this.nodes.length)];
      if (node === undefined || node.session === '') continue;
      if (runtime.random.integer(2) === 0) node.resumed = sleep(runtime, 50 + runtime.random.integer(200));
      await sleep(runtime, runtime.random.integer(80));
      this.end(node);
      await node.resumed;
      await sleep(runtime, runtime.random.integer(100));
      this.start(node);
    }
  }
}

async function live(seed: number): Promise<World> {
  const world = new World(seed);
  for (const node of world.nodes) world.start(node);
  void world.control();
  void world.disturb();
  void world.write(WRITES);
  await world.runtime.runUntil(() => world.ended, { limitMs: 10 * 60_000 });
  return world;
}

describe('PartitionMaster', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('loses and doubles nothing, seed %i', async (seed) => {
    const world = await live(seed);
    expect(world.acknowledged).toHaveLength(WRITES);
    expect(world.promotions).toBeGreaterThan(1);
    const { set } = await world.runtime.drive(world.inSync.read(partition, new AbortController().signal));
    for (const name of set.members.keys()) {
      const { replica } = world.node(name);
      const image = new Replica();
      image.install({ token: 1n, image: replica.image() });
      image.commitTo(image.lastOffset);
      expect(image.values.get('k'), `on ${name}`).toMatchObject({ id: `w${WRITES}`, writes: WRITES });
    }
  });
});
