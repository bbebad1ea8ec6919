/**
 * npm run setup [-- --servers] [-- --benchmark]: brings a bare clone to a built one. Doing it again does nothing.
 * --servers installs the real servers of the tests too; --benchmark etcd's own load tool, for `npm run bench`.
 */
import { parseArgs } from 'node:util';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { installServers, SERVERS_FOR_TESTS, sayMissing } from './lib/install-servers.mjs';
import { main, say } from './lib/run.mjs';

await main(async () => {
  const { values } = parseArgs({ options: { servers: { type: 'boolean' }, benchmark: { type: 'boolean' } } });
  await ensureDependencies();
  await ensureBuilt();
  const wanted = [
    ...(values.servers ? SERVERS_FOR_TESTS : []),
    ...(values.benchmark ? ['etcd-3.7', 'etcd-benchmark'] : []),
  ];
  const missing = await installServers([...new Set(wanted)]);
  sayMissing(missing);
  say(missing.length === 0 ? 'Ready.' : 'Ready, but for what is named above.');
  return missing.some(({ optional }) => !optional) ? 1 : 0;
});
