import {
  type ClientStream,
  type GrpcConnection,
  GrpcError,
  type Init,
  kvService,
  type Method,
  type WatchRequest,
  type WatchResponse,
  watchService,
} from '@keelson/etcd-protocol';

/** What a server did, as comparable data: answers without what must differ between servers (ids, terms), errors by code and text. */
export type Transcript = { readonly [step: string]: unknown };

const NO_VALUE = new Uint8Array(0);

/** Makes answers of two servers comparable: names bytes, drops ids and terms. */
export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('latin1')}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => {
    const differs = name === 'clusterId' || name === 'memberId' || name === 'raftTerm';
    return [name, differs ? 'any' : comparable(item)] as const;
  });
  return Object.fromEntries(entries);
}

/** One of the two servers under comparison. Everything done through it is written into its transcript. */
export class Probe {
  readonly connection: GrpcConnection;
  /** Revision of the store when the scenario began: scenarios ask for revisions relative to it. */
  base = 0n;
  #steps: [string, unknown][] = [];
  readonly #open: WatchProbe[] = [];

  constructor(connection: GrpcConnection) {
    this.connection = connection;
  }

  /** The transcript so far; the next scenario begins an empty one. */
  takeTranscript(): Transcript {
    const transcript = Object.fromEntries(this.#steps.map(([step, value], at) => [`${at + 1} ${step}`, value]));
    this.#steps = [];
    for (const watch of this.#open.splice(0)) watch.close();
    return transcript;
  }

  record(step: string, value: unknown): void {
    this.#steps.push([step, comparable(value)]);
  }

  /** Calls, records what came of it, and gives the answer back; undefined where it was an error. */
  async call<Request, Response>(
    step: string,
    method: Method<Request, Response>,
    request: Init<Request>,
    tidy: (response: Response) => unknown = (response) => response,
  ): Promise<Response | undefined> {
    try {
      const response = await this.connection.unary(method, request, { timeoutMs: 20_000 });
      this.record(step, tidy(response));
      return response;
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      this.record(step, { status: error.status, message: error.message });
      return undefined;
    }
  }

  /** Calls without recording: preparation that both servers are known to do alike. */
  async put(key: string, value = '', lease = 0n): Promise<void> {
    await this.connection.unary(kvService.put, { key, value: Buffer.from(value, 'latin1'), lease });
  }

  async revision(): Promise<bigint> {
    const { header } = await this.connection.unary(kvService.range, { key: 'any', countOnly: true });
    return header?.revision ?? 0n;
  }

  /** Empties the store of keys at exactly `revision`, at least three above the present one, so that both servers begin alike. */
  async reset(revision: bigint): Promise<void> {
    await this.connection.unary(kvService.deleteRange, { key: '\0', rangeEnd: '\0' });
    while ((await this.revision()) < revision - 1n) {
      await this.connection.unary(kvService.put, { key: 'filler', value: NO_VALUE });
    }
    await this.connection.unary(kvService.deleteRange, { key: 'filler' });
    this.base = revision;
  }

  watch(): WatchProbe {
    const watch = new WatchProbe(this);
    this.#open.push(watch);
    return watch;
  }
}

/** A watch stream of a probe. */
export class WatchProbe {
  readonly #probe: Probe;
  readonly #stream: ClientStream<WatchRequest>;
  readonly #received: WatchResponse[] = [];
  #ended: { readonly error: Error | undefined } | undefined;
  #wake: () => void = () => {};

  constructor(probe: Probe) {
    this.#probe = probe;
    this.#stream = probe.connection.stream(watchService.watch, {
      onMessage: (response) => {
        this.#received.push(response);
        this.#wake();
      },
      onEnd: (error) => {
        this.#ended = { error };
        this.#wake();
      },
    });
  }

  send(request: Init<WatchRequest>): void {
    this.#stream.send(request);
  }

  halfClose(): void {
    this.#stream.end();
  }

  /** Waits for `count` more answers and records them as they are. */
  async receive(step: string, count: number, tidy: (response: WatchResponse) => unknown = (one) => one): Promise<void> {
    this.#probe.record(step, (await this.#take(count)).map(tidy));
  }

  /** Waits for `count` more events, in however many answers, and records the events alone. */
  async receiveEvents(step: string, count: number): Promise<void> {
    const events: unknown[] = [];
    while (events.length < count) {
      const [response] = await this.#take(1);
      if (response === undefined) throw new Error(`The watch ended in step "${step}": ${this.#ended?.error?.message}`);
      events.push(...response.events.map((event) => ({ watchId: response.watchId, ...event })));
    }
    this.#probe.record(step, events);
  }

  close(): void {
    this.#stream.cancel();
  }

  async #take(count: number): Promise<WatchResponse[]> {
    while (this.#received.length < count && this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.splice(0, count);
  }
}

/** One thing to do on both servers. */
export interface Scenario {
  readonly name: string;
  run(probe: Probe): Promise<void>;
}
