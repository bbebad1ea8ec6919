/**
 * npm run playground -w packages/placement [-- --port=N]: serves the playground on loopback and prints its address. The solver runs in
 * the browser, from the sources; nothing is sent anywhere.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';

const { values } = parseArgs({ options: { port: { type: 'string' } } });
const server = await createServer({
  root: fileURLToPath(new URL('.', import.meta.url)),
  configFile: false,
  logLevel: 'warn',
  resolve: { conditions: ['keelson-source', 'module', 'browser', 'development|production'] },
  // A port that is taken is passed over; 0 would have vite choose its usual one.
  server: { host: '127.0.0.1', port: Number(values.port ?? 7410), strictPort: values.port !== undefined, watch: null },
  worker: { format: 'es' },
});
await server.listen();
process.stdout.write(`Playground: ${server.resolvedUrls?.local[0]}\n`);
