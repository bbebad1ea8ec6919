import { onAbort } from '@keelson/runtime';
import { connectStore } from './connect-store.ts';
import { numberFlag, parseFlags } from './flags.ts';
import { runMain } from './run-main.ts';
import { startWorker } from './worker.ts';

await runMain(async ({ runtime, argv, signal, print }) => {
  const flags = parseFlags(argv, {
    store: undefined,
    cluster: undefined,
    resource: 'kv',
    instance: undefined,
    'data-dir': undefined,
    port: '0',
    'ttl-ms': '3000',
  });
  const store = await connectStore(flags.store, runtime);
  const worker = await startWorker({
    store,
    cluster: flags.cluster,
    resource: flags.resource,
    instance: flags.instance,
    dataDirectory: flags['data-dir'],
    port: numberFlag('port', flags.port, 0),
    sessionTtlMs: numberFlag('ttl-ms', flags['ttl-ms'], 1_000),
    runtime,
  });
  print({ event: 'worker', instance: flags.instance, address: worker.address });
  await new Promise<void>((resolve) => onAbort(signal, () => resolve()));
  await worker.close();
  await store.close();
});
