import { KeelsonError } from '@keelson/runtime';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';

/** One thing readiness depends on. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `/healthz`, `/readyz`, `/metrics`, `/openapi.json`. */
export function registerOperations(app: App, context: ServerContext): void {
  app.get(
    '/healthz',
    { config: { open: true }, schema: { tags: ['operations'], summary: 'The process is up' } },
    async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'up' }),
  );
  app.get(
    '/readyz',
    { config: { open: true }, schema: { tags: ['operations'], summary: 'The server can do its work: 200, else 503' } },
    async (_request, reply) => {
      const checks = await readiness(context);
      const ready = checks.every((check) => check.ok);
      return reply
        .code(ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ ready, checks });
    },
  );
  app.get(
    '/metrics',
    { schema: { tags: ['operations'], summary: 'Metrics as Prometheus text' } },
    async (_request, reply) => {
      await context.coordinationGauges.refresh();
      const page = context.metrics.registry.text();
      return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(page);
    },
  );
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

async function readiness(context: ServerContext): Promise<readonly Check[]> {
  const stopping = context.stopping.aborted;
  const caches = context.clusters.all();
  const stale = caches.filter((cache) => !cache.current).map((cache) => cache.name);
  const leaderless =
    context.controllers !== undefined
      ? caches.filter((cache) => cache.leader === undefined).map((cache) => cache.name)
      : [];
  return [
    { name: 'running', ok: !stopping, detail: stopping ? 'the server is stopping' : 'the server is up' },
    await storeCheck(context),
    { name: 'caches', ok: stale.length === 0 && context.clusters.ready, detail: listText('behind the store', stale) },
    { name: 'leaders', ok: leaderless.length === 0, detail: listText('without a leader', leaderless) },
  ];
}

/** Longest time the store may take for one small read before the server counts as not ready, in milliseconds. */
const STORE_CHECK_MS = 2_000;

async function storeCheck(context: ServerContext): Promise<Check> {
  try {
    await context.store.get('/keelson-readiness', { timeoutMs: STORE_CHECK_MS });
    return { name: 'store', ok: true, detail: `${context.store.capabilities.engine} answers` };
  } catch (error) {
    const detail = error instanceof KeelsonError ? error.message : 'it failed';
    return { name: 'store', ok: false, detail };
  }
}

function listText(what: string, names: readonly string[]): string {
  return names.length === 0 ? `no cluster ${what}` : `${what}: ${names.slice(0, 10).join(', ')}`;
}
