import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { ServerContext } from '../context.ts';
import type { App } from './app.ts';

/**
 * Serves the built console at `/`. Its files need no token, as they hold nothing; what they ask for does. Where there is no console, `/`
 * says where the API is.
 */
export async function registerConsole(app: App, context: ServerContext): Promise<void> {
  const directory = context.consoleDirectory;
  if (directory === undefined || !existsSync(join(directory, 'index.html'))) {
    app.get('/', { config: { open: true }, schema: { hide: true } }, async () => ({
      name: 'keelson',
      version: context.version,
      api: '/api/v1',
      openapi: '/openapi.json',
    }));
    return;
  }
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await scope.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      cacheControl: false,
      schemaHide: true,
      setHeaders: (reply, path) => {
        // Files under assets/ have their content's hash in their names; the page itself names them and must be fresh.
        const lasting = path.startsWith(join(directory, 'assets'));
        void reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  });
}
