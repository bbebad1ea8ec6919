import { join } from 'node:path';
import { spawnProcess, temporaryDirectory } from '@keelson/testing';
import { root } from './workspace.ts';

/** A Keelson server of the built command line, on free ports, with a folder of its own. */
export interface RunningKeelson extends AsyncDisposable {
  /** Address of the HTTP API. */
  readonly console: string;
  /** `etcd://host:port` */
  readonly storeUrl: string;
}

/** Starts `keelson server`; `program` is its entry point, by default the built one of this repository. */
export async function startKeelson(program: string = join(root, 'packages/cli/dist/main.js')): Promise<RunningKeelson> {
  const folder = await temporaryDirectory();
  const args = ['server', '--json', '--http-port', '0', '--etcd-port', '0', '--data-dir', folder.path];
  const server = await spawnProcess(process.execPath, [program, ...args], { name: 'keelson server' });
  const [line] = await server.lineMatching(/^\{"event":"ready".*$/m);
  const ready = JSON.parse(line) as { console: string; etcd: string };
  return {
    console: ready.console,
    storeUrl: `etcd://${ready.etcd.replace(/^https?:\/\//, '')}`,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}
