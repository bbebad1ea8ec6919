import { KeelsonError, type Runtime, sleep, throwIfAborted } from '@keelson/runtime';
import type { JsonHttpClient } from './http-peers.ts';
import type { Put, StoredValue } from './log-entry.ts';
import { partitionName, partitionNames, partitionOf } from './partition-of.ts';

/** Where the partitions are, as a spectator tells it. */
export interface Routes {
  /** Number of partitions the resource was declared with, whether or not they have somebody; 0 while there is none. */
  partitions(): number;
  /** Address of the MASTER of the partition; `undefined` while there is none. */
  masterAddress(partition: string): string | undefined;
}

/** What a worker says of an acknowledged write. */
export interface PutReceipt {
  readonly partition: string;
  readonly offset: number;
  /** Different writes the key has had, this one included. */
  readonly writes: number;
  readonly fencingToken: string;
}

const RETRY_MS = 25;

/** A client that sends each call to the MASTER of its partition and follows it when it moves. */
export class KvClient {
  readonly #http: JsonHttpClient;
  readonly #routes: Routes;
  readonly #resource: string;
  readonly #runtime: Runtime;

  constructor(options: { http: JsonHttpClient; routes: Routes; resource: string; runtime: Runtime }) {
    this.#http = options.http;
    this.#routes = options.routes;
    this.#resource = options.resource;
    this.#runtime = options.runtime;
  }

  /**
   * Writes until it is acknowledged; sending it again is safe, as the id names the write. Rejects when `signal` trips (then the
   * write may or may not have been made) and where the worker calls it wrong.
   */
  async put(put: Put, signal: AbortSignal): Promise<PutReceipt> {
    for (;;) {
      throwIfAborted(signal);
      const address = this.#masterOfKey(put.key);
      const answer =
        address === undefined
          ? undefined
          : await this.#try('PUT', `${address}/kv/${encodeURIComponent(put.key)}`, put, signal);
      if (answer?.status === 200) return answer.body as PutReceipt;
      if (answer?.status === 400)
        throw new KeelsonError('E_INVALID_ARGUMENT', `The write of ${put.key} was refused.`, { details: { answer } });
      await sleep(this.#runtime, RETRY_MS, { signal });
    }
  }

  /** Every committed value of the partition, from its MASTER. `undefined` where it has none that answers. */
  async values(partition: string, signal: AbortSignal): Promise<readonly StoredValue[] | undefined> {
    const address = this.#routes.masterAddress(partition);
    if (address === undefined) return undefined;
    const answer = await this.#try('GET', `${address}/partitions/${encodeURIComponent(partition)}`, undefined, signal);
    if (answer?.status !== 200) return undefined;
    return (answer.body as { values: readonly StoredValue[] }).values;
  }

  /** Names of all partitions. */
  partitions(): string[] {
    return partitionNames(this.#resource, this.#routes.partitions());
  }

  #masterOfKey(key: string): string | undefined {
    const count = this.#routes.partitions();
    return count === 0 ? undefined : this.#routes.masterAddress(partitionName(this.#resource, partitionOf(key, count)));
  }

  async #try(method: string, url: string, body: unknown, signal: AbortSignal) {
    try {
      return await this.#http.call(method, url, body, signal);
    } catch (error) {
      throwIfAborted(signal);
      this.#runtime.logger.debug({ url, error: String(error) }, 'no answer; trying again');
      return undefined;
    }
  }
}
