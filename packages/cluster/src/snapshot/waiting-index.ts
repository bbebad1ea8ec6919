import type { ClusterChanges } from './cluster-changes.ts';
import type { LiveParticipant, WaitingMessage } from './cluster-snapshot.ts';
import { DeepMap } from './nested-map.ts';

/** Transitions that live participants were asked for, by resource, partition and instance. */
export class WaitingIndex {
  readonly #waiting = new DeepMap<readonly WaitingMessage[]>();

  get waiting(): ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, readonly WaitingMessage[]>>> {
    return this.#waiting.tables;
  }

  add(waiting: WaitingMessage, live: LiveParticipant | undefined, changes: ClusterChanges): void {
    if (!countsFor(waiting, live)) return;
    const { message, instance } = waiting;
    for (const partition of message.partitions) {
      const others = this.#others(waiting, partition);
      this.#waiting.set(message.resource, partition, instance, [...others, waiting]);
      changes.markPartition('MessageChange', message.resource, partition);
    }
  }

  remove(waiting: WaitingMessage, changes: ClusterChanges): void {
    const { message, instance } = waiting;
    for (const partition of message.partitions) {
      const before = this.#waiting.get(message.resource, partition, instance);
      if (before === undefined) continue;
      const others = this.#others(waiting, partition);
      if (others.length === before.length) continue;
      if (others.length === 0) this.#waiting.delete(message.resource, partition, instance);
      else this.#waiting.set(message.resource, partition, instance, others);
      changes.markPartition('MessageChange', message.resource, partition);
    }
  }

  #others({ message, instance }: WaitingMessage, partition: string): readonly WaitingMessage[] {
    const all = this.#waiting.get(message.resource, partition, instance) ?? [];
    return all.filter((other) => other.message.id !== message.id);
  }
}

/** Whether a message is a valid transition for the session under which its target lives now. */
function countsFor({ message }: WaitingMessage, live: LiveParticipant | undefined): boolean {
  return message.isTransition && message.isValid() && message.targetSession === live?.session;
}
