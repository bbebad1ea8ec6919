import { createAdmin } from '@keelson/cluster';
import { type Runtime, systemRuntime } from '@keelson/runtime';
import { type MemoryStore, memoryStore } from '@keelson/store/memory';
import type { z } from 'zod';
import { registerApi } from '../src/api/register-api.ts';
import { type Problem, problemSchema } from '../src/api/schemas.ts';
import { ClusterDirectory } from '../src/clusters/cluster-directory.ts';
import { ControllerHost } from '../src/clusters/controller-host.ts';
import type { ServerContext } from '../src/context.ts';
import { type App, createApp } from '../src/http/app.ts';
import { CoordinationGauges } from '../src/metrics/coordination-gauges.ts';
import { createServerMetrics } from '../src/metrics/server-metrics.ts';

/** An answer of the API. */
export interface Answer<T> {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: T;
}

/** A request to the API. */
export interface Asked {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The HTTP API over a store in memory, without a socket. */
export class TestApi {
  readonly runtime: Runtime = systemRuntime();
  readonly store: MemoryStore = memoryStore(this.runtime);
  readonly admin = createAdmin({ store: this.store, runtime: this.runtime });
  readonly clusters: ClusterDirectory;
  readonly controllers: ControllerHost;
  readonly #stop = new AbortController();
  app: App | undefined;

  constructor() {
    const { store, runtime } = this;
    this.controllers = new ControllerHost({ store, runtime });
    this.clusters = new ClusterDirectory({
      store,
      runtime,
      onOpened: (cluster) => this.controllers.add(cluster),
      onGone: (cluster) => this.controllers.remove(cluster),
    });
  }

  static async start(): Promise<TestApi> {
    const api = new TestApi();
    const { runtime, store, admin, clusters, controllers } = api;
    const metrics = createServerMetrics(runtime);
    const context: ServerContext = {
      runtime,
      store,
      admin,
      clusters,
      controllers,
      metrics,
      coordinationGauges: new CoordinationGauges(metrics.registry, store, runtime),
      version: '0',
      credentials: [],
      allowedHosts: [],
      stopping: api.#stop.signal,
    };
    api.app = await createApp(context);
    registerApi(api.app, context);
    await api.app.ready();
    return api;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.app?.close();
    await this.controllers.close();
    await this.clusters.close();
    await this.store.close();
  }

  /** The revision of the whole store: moves with every write. */
  async revision(): Promise<bigint> {
    return (await this.store.list('/')).revision;
  }

  async send(
    method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    path: string,
    asked: Asked = {},
  ): Promise<Answer<unknown>> {
    const { body, headers } = asked;
    const response = await this.app?.inject({
      method,
      url:
        path.startsWith('/api') || path.startsWith('/metrics') || path.endsWith('z') || path.endsWith('.json')
          ? path
          : `/api/v1${path}`,
      headers: { host: 'localhost', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (response === undefined) throw new Error('the API has not been started');
    const type = String(response.headers['content-type'] ?? '');
    const etag = response.headers.etag;
    return {
      status: response.statusCode,
      etag: typeof etag === 'string' ? etag : undefined,
      body: type.includes('json') ? response.json() : response.body,
    };
  }

  /** Sends a request that must succeed; the answer must be as its schema says. */
  async ok<T>(schema: z.ZodType<T>, ...[method, path, asked]: Parameters<TestApi['send']>): Promise<Answer<T>> {
    const answer = await this.send(method, path, asked);
    if (answer.status < 200 || answer.status > 299)
      throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return { ...answer, body: schema.parse(answer.body) };
  }

  /** Sends a request that must be refused as a problem, with the store unchanged. */
  async refused(...[method, path, asked]: Parameters<TestApi['send']>): Promise<Problem> {
    const before = await this.revision();
    const answer = await this.send(method, path, asked);
    if (answer.status < 400) throw new Error(`${method} ${path} was not refused: ${JSON.stringify(answer.body)}`);
    const after = await this.revision();
    if (after !== before) throw new Error(`${method} ${path} was refused and yet changed the store`);
    return problemSchema.parse(answer.body);
  }
}
