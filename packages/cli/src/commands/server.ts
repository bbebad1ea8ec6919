import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandIo } from '../command-context.ts';
import { openOutput } from '../output/output.ts';
import { etcdHosts, runServer, untilStopped } from '../run-server.ts';
import { type ServerFlags, serverCommand, withEnvironment } from '../server-options.ts';

/** `keelson server` */
export function registerServer(program: Command, io: CommandIo, version: string): void {
  serverCommand(
    program.command('server').description('run a server: HTTP API, console, etcd v3 API, controller'),
  ).action(async (given: ServerFlags) => {
    const flags = withEnvironment(given, io.env);
    const output = openOutput(io, flags.json === true);
    const server = await runServer(flags, join(flags.dataDir, 'store'), version, { anyIfTaken: false });
    try {
      const ready = {
        event: 'ready',
        console: server.httpAddress,
        etcd: etcdHosts(server),
        store: server.store,
      };
      output.result(ready, () =>
        [
          `Console and HTTP API  ${server.httpAddress}`,
          ...(server.etcdAddress === undefined ? [] : [`etcd v3 API           ${server.etcdAddress}`]),
          `Store                 ${server.store}`,
        ].join('\n'),
      );
      await untilStopped(io.signal);
      output.say('Stopping.');
    } finally {
      await server.close();
    }
  });
}
