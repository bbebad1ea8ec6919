import type { StateModelHandler, TransitionContext } from '@keelson/cluster';
import { isKeelsonError, KeelsonError, type Runtime, sleep, throwIfAborted } from '@keelson/runtime';
import { holdsEverything, withMember, withoutMember } from './in-sync-set.ts';
import type { InSyncStore } from './in-sync-store.ts';
import { PartitionMaster } from './partition-master.ts';
import type { Directory, Peers } from './peers.ts';
import type { Replicas } from './replicas.ts';
import { whileUnreachable } from './store-patience.ts';

/** What all partitions of a node share. */
export interface NodeContext {
  readonly instance: string;
  readonly replicas: Replicas;
  readonly peers: Peers;
  readonly directory: Directory;
  readonly inSync: InSyncStore;
  readonly runtime: Runtime;
  /** The partitions this node is MASTER of; kept by the handlers. */
  readonly masters: Map<string, PartitionMaster>;
  /** Whether the resource still exists, so that its last copy must be kept. */
  resourceExists(): Promise<boolean>;
}

const RETRY_MS = 25;
const LOOK_AGAIN_MS = 1_000;
/** A node that leaves tells the MASTER, but does not wait for it for long: the MASTER finds out by itself. */
const LEAVE_TIMEOUT_MS = 500;

/** The MasterSlave handler of one partition. */
export class ReplicaHandler implements StateModelHandler {
  readonly #node: NodeContext;
  readonly #partition: string;

  constructor(node: NodeContext, partition: string) {
    this.#node = node;
    this.#partition = partition;
  }

  async transition(context: TransitionContext): Promise<void> {
    switch (`${context.from}-${context.to}`) {
      case 'OFFLINE-SLAVE':
        return this.#becomeSlave(context);
      case 'SLAVE-MASTER':
        return this.#becomeMaster(context);
      case 'MASTER-SLAVE':
        return this.#stopMaster('it was asked to hand over');
      case 'SLAVE-OFFLINE':
        return this.#leave();
      case 'OFFLINE-DROPPED':
        return this.#drop(context.signal);
      default:
        throw new KeelsonError('E_INVALID_ARGUMENT', `There is no way from ${context.from} to ${context.to} here.`);
    }
  }

  /** The session is gone: serve nobody. The data stays on disk for when this node comes back. */
  async reset(): Promise<void> {
    this.#stopMaster('its session ended');
  }

  #stopMaster(reason: string): void {
    this.#node.masters.get(this.#partition)?.stop(reason);
    this.#node.masters.delete(this.#partition);
  }

  async #becomeMaster(context: TransitionContext): Promise<void> {
    const { instance, replicas, peers, directory, inSync, runtime, masters } = this.#node;
    const master = await PartitionMaster.promote({
      partition: this.#partition,
      instance,
      session: context.message.targetSession,
      token: context.fencingToken,
      signal: context.signal,
      replicas,
      peers,
      directory,
      inSync,
      runtime,
    });
    masters.set(this.#partition, master);
  }

  /** A SLAVE holds every acknowledged write: it has them from the MASTER, or had them all before there was none. */
  async #becomeSlave(context: TransitionContext): Promise<void> {
    const { signal } = context;
    const session = context.message.targetSession;
    for (;;) {
      throwIfAborted(signal);
      if (this.#otherMaster() === undefined && (await this.#joinWithoutMaster(session, signal))) return;
      await this.#awaitTurn(signal);
      const master = this.#otherMaster();
      if (master !== undefined && (await this.#joinMaster(master, session, signal))) return;
      await sleep(this.#node.runtime, RETRY_MS, { signal });
    }
  }

  #otherMaster(): string | undefined {
    const master = this.#node.directory.masterOf(this.#partition);
    return master === this.#node.instance ? undefined : master;
  }

  /**
   * Waits until there is a MASTER to join and no partition waits for its own: a take-over needs the store, the disks and the
   * processors more than a new replica does. Looks at the routing table only; now and then it goes on whatever that says.
   */
  async #awaitTurn(signal: AbortSignal): Promise<void> {
    const { directory, runtime } = this.#node;
    const untilMs = runtime.clock.monotonicMs() + LOOK_AGAIN_MS;
    while (runtime.clock.monotonicMs() < untilMs) {
      if (this.#otherMaster() !== undefined && !directory.takingOver()) return;
      await sleep(runtime, RETRY_MS, { signal });
    }
  }

  async #joinMaster(master: string, session: string, signal: AbortSignal): Promise<boolean> {
    const address = this.#node.directory.addressOf(master);
    if (address === undefined) return false;
    try {
      await this.#node.peers.join(address, this.#partition, { instance: this.#node.instance, session }, signal);
      return true;
    } catch (error) {
      if (signal.aborted) throw error;
      this.#node.runtime.logger.debug({ partition: this.#partition, master, error: String(error) }, 'join again');
      return false;
    }
  }

  async #joinWithoutMaster(session: string, signal: AbortSignal): Promise<boolean> {
    const { instance, inSync } = this.#node;
    for (;;) {
      const { set, version } = await inSync.read(this.#partition, signal);
      if (!holdsEverything(set, instance)) return false;
      // Another replica may have been quicker to write itself in: then look again.
      const joined = withMember(set, instance, session);
      if ((await inSync.write(this.#partition, joined, version, signal)) !== undefined) return true;
    }
  }

  async #leave(): Promise<void> {
    const { directory, instance, peers, runtime } = this.#node;
    const master = directory.masterOf(this.#partition);
    const address = master === undefined || master === instance ? undefined : directory.addressOf(master);
    if (address === undefined) return;
    const controller = new AbortController();
    const timer = runtime.timers.after(LEAVE_TIMEOUT_MS, () => controller.abort());
    await peers
      .leave(address, this.#partition, instance, controller.signal)
      .catch((error: unknown) =>
        runtime.logger.info({ partition: this.#partition, error: String(error) }, 'left unsaid'),
      )
      .finally(() => timer.cancel());
  }

  /** Gives the data up, unless this is the last copy of something that is still wanted. */
  async #drop(signal: AbortSignal): Promise<void> {
    const { instance, inSync, replicas, runtime } = this.#node;
    for (;;) {
      const { set, version } = await inSync.read(this.#partition, signal);
      const wanted = await whileUnreachable(runtime, signal, () => this.#node.resourceExists());
      const others = [...set.members.keys()].filter((name) => name !== instance);
      if (wanted && set.members.has(instance) && others.length === 0 && set.token > 0n)
        throw new KeelsonError(
          'E_VERSION_CONFLICT',
          `This is the last in-sync copy of ${this.#partition}; it is kept.`,
        );
      if (!wanted && others.length === 0) await inSync.delete(this.#partition, signal).catch(ignoreMissing);
      else if (
        set.members.has(instance) &&
        !(await inSync.write(this.#partition, withoutMember(set, instance), version, signal))
      )
        continue;
      return replicas.drop(this.#partition);
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!isKeelsonError(error, 'E_NOT_FOUND')) throw error;
}
