import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import type { Entry, StorePath } from '@keelson/store';
import type { NodeEvent } from '@keelson/zookeeper-client';
import type { StoreContext } from '../context.ts';
import { entryOf } from '../entry.ts';
import type { TreeReader } from './tree-reader.ts';

/**
 * Over a one-shot watch on one node: a reading and a watch are one request, and a watch that has told its event needs no taking back. That the node was
 * deleted is told without reading; whether it has come back is looked for when the reader of the watch wants to know more, which one that waited for
 * the deletion does not.
 */
export class EntryReader implements TreeReader {
  readonly #context: StoreContext;
  readonly #path: StorePath;
  readonly #listener: (event: NodeEvent) => void;
  #deleted = false;
  #unread = false;

  constructor(context: StoreContext, path: StorePath, listener: (event: NodeEvent) => void) {
    this.#context = context;
    this.#path = path;
    this.#listener = (event) => {
      this.#deleted = event.type === 'deleted';
      listener(event);
    };
  }

  get hasUnread(): boolean {
    return this.#unread;
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  async readAll(limits: CallOptions): Promise<Map<StorePath, Entry>> {
    const entry = await this.#read(limits);
    return new Map(entry === undefined ? [] : [[this.#path, entry]]);
  }

  async read(
    _paths: Iterable<StorePath>,
    knows: (path: StorePath) => boolean,
    limits: CallOptions,
  ): Promise<Map<StorePath, Entry | undefined>> {
    if (this.#deleted && knows(this.#path)) {
      this.#deleted = false;
      this.#unread = true;
      return new Map([[this.#path, undefined]]);
    }
    return new Map([[this.#path, await this.#read(limits)]]);
  }

  end(): void {
    this.#context.main.client.forget(this.#listener);
  }

  /** Reads the node, with a watch, or sets a watch on its coming to be. */
  async #read(limits: CallOptions): Promise<Entry | undefined> {
    const { client } = this.#context.main;
    const watching = { ...limits, watch: this.#listener };
    this.#deleted = false;
    for (;;) {
      try {
        const node = await client.get(this.#path, watching);
        this.#unread = false;
        return this.#path === '/' ? undefined : entryOf(this.#path, node);
      } catch (error) {
        if (!isKeelsonError(error, 'E_NOT_FOUND')) throw error;
      }
      if ((await client.exists(this.#path, watching)) === undefined) {
        this.#unread = false;
        return undefined;
      }
    }
  }
}
