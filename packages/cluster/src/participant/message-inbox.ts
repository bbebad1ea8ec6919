import type { Entry, Revision, StorePath, WatchEvent } from '@keelson/store';
import { decodeRecord, Message } from '../model/index.ts';
import type { IncomingMessage } from './intake.ts';

/** The messages of an instance as its watch tells them, each handed out until it is marked as taken. */
export class MessageInbox {
  readonly #root: string;
  /** Taken ones, by path. A message of the same id that comes after one is gone is a new one. */
  readonly #taken = new Map<StorePath, Revision>();
  /** Those not looked at since they last changed, by path. */
  #pending = new Map<StorePath, Entry>();

  /** `folder` is the path of the instance's messages. */
  constructor(folder: StorePath) {
    this.#root = `${folder}/`;
  }

  /** Whether there is something to look at. */
  get waiting(): boolean {
    return this.#pending.size > 0;
  }

  /** Keeps what an event of the watch says. */
  note(event: WatchEvent): void {
    if (event.type === 'snapshot') {
      this.#pending = new Map(event.entries.map((entry) => [entry.path, entry]));
      for (const path of this.#taken.keys()) if (!this.#pending.has(path)) this.#taken.delete(path);
    } else if (event.type === 'changes') {
      for (const change of event.changes) {
        if (change.type === 'put') this.#pending.set(change.entry.path, change.entry);
        else {
          this.#pending.delete(change.path);
          this.#taken.delete(change.path);
        }
      }
    }
  }

  /** All that waits and was not taken before, oldest first. A record that cannot be read is passed over, as Helix does. */
  look(): readonly IncomingMessage[] {
    const entries = [...this.#pending.values()];
    this.#pending.clear();
    return entries
      .filter(({ path, createRevision }) => path.startsWith(this.#root) && this.#taken.get(path) !== createRevision)
      .sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1))
      .flatMap((entry) => {
        const message = this.read(entry);
        return message === undefined ? [] : [{ message, revision: entry.createRevision, version: entry.version }];
      });
  }

  /** The message in an entry, under the name of the entry; `undefined` where it cannot be read. */
  read(entry: Entry): Message | undefined {
    const record = decodeRecord(entry.value);
    return record && new Message({ ...record, id: entry.path.slice(this.#root.length) });
  }

  /** The message was marked as taken, but has changed since it was read: it is handed out again as `entry`. */
  again(entry: Entry): void {
    this.#taken.delete(entry.path);
    this.#pending.set(entry.path, entry);
  }

  /** The message is dealt with; its own later changes are no news. */
  markTaken(incoming: IncomingMessage): void {
    this.#taken.set(`${this.#root}${incoming.message.id}`, incoming.revision);
  }
}
