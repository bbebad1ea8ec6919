import { KeelsonError, type Runtime } from '@keelson/runtime';
import type { KvBackend } from '../kv/backend.ts';
import { leaseOfOwner } from '../kv/entry.ts';
import type { MvccBackend } from '../mvcc/index.ts';
import type { Session } from '../session.ts';
import type { DelayRange, MemoryFaults } from './faults.ts';
import { TreeLink } from './tree-link.ts';

const NO_DELAY: DelayRange = { minMs: 0, maxMs: 0 };

/** A link to a tree in this process. */
export class MemoryLink extends TreeLink {
  readonly #tree: MvccBackend;

  constructor(tree: MvccBackend, runtime: Runtime) {
    super({
      engine: tree.engine,
      limits: tree.limits,
      random: runtime.random,
      delay: NO_DELAY,
      nowMs: () => runtime.clock.monotonicMs(),
      after: (delayMs, run) => void runtime.timers.after(delayMs, run, { background: true }),
      peer: () => ({ deliver: (work) => work(tree) }),
      deliver: (work) => work(),
    });
    this.#tree = tree;
  }

  override get status(): KvBackend['status'] {
    const { connected, sinceMs } = super.status;
    return { connected: connected && this.#tree.status.connected, sinceMs };
  }
}

/** The faults of a link, as its store shows them. */
export function faultsOf(link: MemoryLink, tree: MvccBackend): MemoryFaults {
  return {
    get connected() {
      return link.connected;
    },
    delay: (time) => link.slow(typeof time === 'number' ? { minMs: time, maxMs: time } : time),
    loseReplies: (count) => link.loseReplies(count),
    dropRequests: (count) => link.dropRequests(count),
    disconnect: () => link.disconnect(new KeelsonError('E_UNAVAILABLE', 'The link to the tree in memory is cut.')),
    reconnect: () => link.reconnect(),
    holdWatches: () => link.holdWatches(),
    releaseWatches: () => link.releaseWatches(),
    expireSession: (session) => expire(tree, session),
    compact: async () => {
      const { revision } = tree;
      await tree.compact(revision);
      return revision;
    },
    heal: () => {
      link.heal();
      link.reconnect();
    },
  };
}

async function expire(tree: MvccBackend, session: Session): Promise<void> {
  const lease = leaseOfOwner(session.id);
  if (lease === undefined) throw new KeelsonError('E_INVALID_ARGUMENT', 'No session of a memory store.');
  await tree.revokeLease(lease);
}
