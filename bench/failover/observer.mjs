/** Follows everything that is written below one cluster. */
import { clusterPaths, decodeRecord } from '@keelson/cluster';
import { connectStore } from './connect-store.mjs';

export class Observer {
  #store;
  #runtime;
  #paths;
  #declared;
  #stop = new AbortController();
  #following = Promise.resolve();
  #listeners = new Set();
  #rows = {};
  #lastMs = 0;

  static async open(storeUrl, runtime, declared) {
    const observer = new Observer();
    observer.#runtime = runtime;
    observer.#declared = declared;
    observer.#paths = clusterPaths(declared.cluster);
    observer.#store = await connectStore(storeUrl, runtime);
    await new Promise((ready, failed) => {
      observer.#following = observer.#follow(ready).catch(failed);
    });
    return observer;
  }

  /** Calls `listener(change, revision)` with each change from now on; gives back what ends that. */
  follow(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  masteredBy(instance) {
    return Object.entries(this.#rows).flatMap(([name, row]) => (row[instance] === 'MASTER' ? [name] : []));
  }

  placed(replicas) {
    const rows = Object.values(this.#rows);
    return rows.length > 0 && rows.every((row) => states(row, 'MASTER') === 1 && states(row, 'SLAVE') === replicas - 1);
  }

  /** Milliseconds since anything was written about replicas. */
  quietMs() {
    return this.#runtime.clock.monotonicMs() - this.#lastMs;
  }

  /** What one committed write costs here and now: the median of so many, one after the other, in milliseconds. */
  async committedWriteMs(count) {
    const value = new Uint8Array(256);
    const took = [];
    for (let number = 0; number < count; number += 1) {
      const sinceMs = this.#runtime.clock.monotonicMs();
      await this.#store.put('/bench-committed-write', value);
      took.push(this.#runtime.clock.monotonicMs() - sinceMs);
    }
    return took.sort((a, b) => a - b)[count >> 1];
  }

  async close() {
    this.#stop.abort();
    await this.#following;
    await this.#store.close();
  }

  async #follow(ready) {
    const watch = this.#store.watch(this.#paths.root, { recursive: true, signal: this.#stop.signal });
    for await (const event of watch) {
      if (event.type === 'snapshot')
        for (const entry of event.entries) this.#take({ type: 'put', entry }, event.revision);
      if (event.type === 'changes') for (const change of event.changes) this.#take(change, event.revision);
      if (event.type === 'snapshot') ready();
    }
  }

  #take(change, revision) {
    const path = change.type === 'put' ? change.entry.path : change.path;
    // In-sync sets and histories change without any replica on its way.
    if (!path.includes('/PROPERTYSTORE/')) this.#lastMs = this.#runtime.clock.monotonicMs();
    if (change.type === 'put' && path === this.#paths.externalView(this.#declared.resource))
      this.#rows = decodeRecord(change.entry.value)?.mapFields ?? {};
    for (const listener of this.#listeners)
      listener(change, change.type === 'put' ? change.entry.modifyRevision : revision);
  }
}

const states = (row, wanted) => Object.values(row).filter((state) => state === wanted).length;
