/** One take-over as it can be read off what is written: when each step was done for the first and for the last partition. */
import { decodeRecord } from '@keelson/cluster';

/** Steps that each partition goes through, in their order. */
export const STEPS = {
  asked: 'another was asked to become MASTER',
  taken: 'it has taken that up',
  claimed: 'the example has handed its in-sync set over',
  promoted: 'it is MASTER',
  shown: 'the external view says so',
};

export class TakeOver {
  partitions;
  #instance;
  #open;
  #view;
  #seen = Object.fromEntries(Object.keys(STEPS).map((step) => [step, new Map()]));
  #ended;
  #revisions = new Set();
  #bringUpMs;
  /** Who was asked to become MASTER, or became it, since the session ended: it may be the one that was killed, where that was back first. */
  #heirs = new Map();

  constructor(instance, partitions, resource) {
    this.#instance = instance;
    this.partitions = partitions.length;
    this.#open = new Set(partitions);
    this.#view = `/EXTERNALVIEW/${resource}`;
  }

  get done() {
    return this.#seen.shown.size === this.#open.size && this.#ended !== undefined;
  }

  /** What is still to come, for whoever waited in vain. */
  get missing() {
    const open = Object.entries(this.#seen).map(([step, times]) => `${step} ${times.size}`);
    return `session ${this.#ended === undefined ? 'not ended' : 'ended'}; of ${this.#open.size} partitions: ${open.join(', ')}`;
  }

  /** Milliseconds from the kill. Of each step the time of the first and of the last partition; `commits` counts revisions in between. */
  timeline() {
    const steps = Object.entries(this.#seen).map(([step, times]) => {
      const sorted = [...times.values()].sort((a, b) => a - b);
      return [step, { first: sorted[0], last: sorted.at(-1) }];
    });
    return {
      ended: this.#ended,
      bringUp: this.#bringUpMs,
      ...Object.fromEntries(steps),
      commits: this.#revisions.size,
    };
  }

  take(change, revision, atMs) {
    if (this.done) return;
    const path = change.type === 'put' ? change.entry.path : change.path;
    if (change.type === 'delete' && path.endsWith(`/LIVEINSTANCES/${this.#instance}`)) this.#ended ??= atMs;
    if (this.#ended !== undefined) this.#revisions.add(revision);
    if (change.type !== 'put') return;
    if (path.includes('/MESSAGES/')) this.#message(decodeRecord(change.entry.value), atMs);
    else if (path.includes('/IN_SYNC/')) this.#mark('claimed', path.slice(path.lastIndexOf('/') + 1), atMs);
    else if (path.includes('/CURRENTSTATES/')) this.#states(path, decodeRecord(change.entry.value), atMs);
    else if (path.endsWith(this.#view)) this.#viewed(decodeRecord(change.entry.value), atMs);
  }

  #message(record, atMs) {
    const { TO_STATE: to, FROM_STATE: from, PARTITION_NAME: partition, MSG_STATE: state } = record?.simpleFields ?? {};
    if (from === 'OFFLINE' && this.#ended !== undefined) this.#bringUpMs ??= atMs;
    if (to === 'MASTER' && this.#ended !== undefined) this.#heirs.set(partition, record.simpleFields.TGT_NAME);
    if (to === 'MASTER') this.#mark(state === 'new' ? 'asked' : 'taken', partition, atMs);
  }

  #states(path, record, atMs) {
    const [, instance] = /\/INSTANCES\/([^/]+)\//.exec(path) ?? [];
    for (const [partition, fields] of Object.entries(record?.mapFields ?? {})) {
      if (fields.CURRENT_STATE !== 'MASTER') continue;
      // On ZooKeeper a message that comes and goes before it is read is never seen.
      if (this.#ended !== undefined && instance !== undefined) this.#heirs.set(partition, instance);
      this.#mark('promoted', partition, atMs);
    }
  }

  #viewed(record, atMs) {
    for (const [partition, row] of Object.entries(record?.mapFields ?? {})) {
      const masters = Object.entries(row).filter(([, state]) => state === 'MASTER');
      if (masters.length === 1 && masters[0][0] === this.#heirs.get(partition)) this.#mark('shown', partition, atMs);
    }
  }

  #mark(step, partition, atMs) {
    const times = this.#seen[step];
    if (this.#open.has(partition) && this.#ended !== undefined && !times.has(partition)) times.set(partition, atMs);
  }
}
