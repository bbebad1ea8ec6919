import { Agent, request as httpRequest } from 'node:http';
import { KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import type { Peers } from './peers.ts';
import { appendToJson, installToJson, type ReplyJson, replyFromJson } from './replica-json.ts';

/** An answer of a worker: its status and its JSON body. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** JSON over HTTP/1.1 with connections kept open, each call with a deadline. */
export class JsonHttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #runtime: Runtime;
  readonly #timeoutMs: number;

  /** `timeoutMs`: the longest a call may take. */
  constructor(runtime: Runtime, timeoutMs: number) {
    this.#runtime = runtime;
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects with `E_UNAVAILABLE`, `E_TIMEOUT` or `E_ABORTED` where there is no answer. */
  call(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<JsonAnswer> {
    return withDeadline(this.#runtime, signal === undefined ? {} : { signal }, this.#timeoutMs, (deadline) =>
      this.#send(method, url, body === undefined ? undefined : JSON.stringify(body), deadline),
    );
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, url: string, text: string | undefined, signal: AbortSignal): Promise<JsonAnswer> {
    return new Promise((resolve, reject) => {
      const headers =
        text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const fail = (cause: unknown): void =>
        reject(new KeelsonError('E_UNAVAILABLE', `No answer from ${url}.`, { cause }));
      const outgoing = httpRequest(url, { method, agent: this.#agent, signal, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', fail);
        incoming.on('end', () => {
          try {
            const json = Buffer.concat(chunks).toString('utf8');
            resolve({ status: incoming.statusCode ?? 0, body: json === '' ? undefined : JSON.parse(json) });
          } catch (cause) {
            fail(cause);
          }
        });
      });
      outgoing.on('error', fail);
      outgoing.end(text);
    });
  }
}

/** Workers talk to each other through the same server that their clients use. */
export function httpPeers(client: JsonHttpClient): Peers {
  const post = async (address: string, partition: string, verb: string, body: unknown, signal: AbortSignal) => {
    const url = `${address}/replica/${encodeURIComponent(partition)}/${verb}`;
    const answer = await client.call('POST', url, body, signal);
    if (answer.status !== 200) throw new KeelsonError('E_UNAVAILABLE', `${url} answered ${answer.status}.`);
    return answer.body;
  };
  return {
    append: async (address, partition, request, signal) =>
      replyFromJson((await post(address, partition, 'append', appendToJson(request), signal)) as ReplyJson),
    install: async (address, partition, request, signal) =>
      replyFromJson((await post(address, partition, 'install', installToJson(request), signal)) as ReplyJson),
    join: async (address, partition, member, signal) => void (await post(address, partition, 'join', member, signal)),
    leave: async (address, partition, instance, signal) =>
      void (await post(address, partition, 'leave', { instance }, signal)),
  };
}
