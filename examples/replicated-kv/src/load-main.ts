import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { spectate } from '@keelson/cluster';
import { KeelsonError, sleep } from '@keelson/runtime';
import { connectStore } from './connect-store.ts';
import { numberFlag, parseFlags } from './flags.ts';
import { JsonHttpClient } from './http-peers.ts';
import { KvClient } from './kv-client.ts';
import { Ledger } from './ledger.ts';
import { checkOnce, type LoadOptions, takeBaseline, writeLines } from './load.ts';
import { runMain } from './run-main.ts';
import { spectatorRoutes } from './spectator-directory.ts';

const CALL_TIMEOUT_MS = 2_000;

await runMain(async ({ runtime, argv, signal, print }) => {
  const flags = parseFlags(argv, {
    store: undefined,
    cluster: undefined,
    resource: 'kv',
    input: fileURLToPath(new URL('../data/access.log', import.meta.url)),
    'lines-per-second': '50',
    'in-flight': '16',
    'check-every-ms': '2000',
  });
  const lines = await readLines(flags.input);
  const perSecond = numberFlag('lines-per-second', flags['lines-per-second'], 0.1);
  const inFlight = numberFlag('in-flight', flags['in-flight'], 1);
  const checkEveryMs = numberFlag('check-every-ms', flags['check-every-ms'], 10);
  const store = await connectStore(flags.store, runtime);
  const spectator = await spectate({ store, cluster: flags.cluster, runtime });
  const http = new JsonHttpClient(runtime, CALL_TIMEOUT_MS);
  const { resource } = flags;
  const client = new KvClient({ http, routes: spectatorRoutes(spectator, resource), resource, runtime });
  const options: LoadOptions = { client, ledger: new Ledger(), runtime, resource, signal };

  await takeBaseline(options);
  print({ event: 'load', input: flags.input, lines: lines.length, linesPerSecond: perSecond });
  await Promise.race([
    writeLines({ ...options, lines, perSecond, inFlight }),
    (async () => {
      for (;;) {
        print({ event: 'check', ...(await checkOnce(options)) });
        await sleep(runtime, checkEveryMs, { signal });
      }
    })(),
  ]);
});

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new KeelsonError('E_INVALID_ARGUMENT', `The input ${path} cannot be read.`, { cause });
  });
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) throw new KeelsonError('E_INVALID_ARGUMENT', `The input ${path} has no lines.`);
  return lines;
}
