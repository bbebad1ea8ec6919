import { KeelsonError } from '@keelson/runtime';
import { registerApi } from '../api/register-api.ts';
import type { ServerContext } from '../context.ts';
import { listenError } from '../listen-error.ts';
import { createApp } from './app.ts';
import { registerConsole } from './console.ts';

/** HTTP, served. */
export interface HttpService {
  readonly port: number;
  /** Takes no new requests, ends the streams of events, and waits for requests under way, a few seconds at most. */
  close(): Promise<void>;
}

/** Longest wait for requests under way when the server stops, in milliseconds. */
const DRAIN_LIMIT_MS = 3_000;

/** Serves API and console on `host` and `port`. Rejects with `E_ADDRESS_IN_USE` or `E_INVALID_ARGUMENT` where it cannot listen there. */
export async function serveHttp(context: ServerContext, host: string, port: number): Promise<HttpService> {
  const { clusters, runtime } = context;
  const app = await createApp(context);
  registerApi(app, context);
  await registerConsole(app, context);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port, '--http-port');
  }
  const address = app.server.address();
  if (address === null || typeof address === 'string')
    throw new KeelsonError('E_INTERNAL', 'The HTTP server listens nowhere.');
  return {
    port: address.port,
    close: async () => {
      // Streams of events would hold the HTTP server open; those of the store end by `stopping`.
      for (const cache of clusters.all()) cache.endStreams();
      const timer = runtime.timers.after(DRAIN_LIMIT_MS, () => app.server.closeAllConnections(), { background: true });
      await app.close();
      timer.cancel();
    },
  };
}
