import { appendFileSync } from 'node:fs';
import { KeelsonError } from '@keelson/runtime';
import { isServerInstalled, type ServerName, servers } from '../servers.mjs';

export type { ServerName } from '../servers.mjs';

/** The path of one file of an installed server. Throws `E_UNAVAILABLE`, saying how to install it, where it is missing. */
export function serverFile(name: ServerName, file: string): string {
  const path = servers[name].files()[file];
  if (path === undefined) throw new KeelsonError('E_UNAVAILABLE', missing(name));
  return path;
}

/**
 * Whether a real server that a test needs is on this machine. Where it is missing the run must not look green: in CI, and
 * wherever nobody counts what was left out, it throws; under `npm test` it notes what did not run, which makes `npm test` fail at its end.
 *
 * @example
 * describe.skipIf(!requireServer('zookeeper'))('the driver on ZooKeeper', () => { … });
 */
export function requireServer(name: ServerName): boolean {
  if (isServerInstalled(name)) return true;
  const notes = process.env.KEELSON_NOT_RUN_FILE;
  if (process.env.CI === 'true' || notes === undefined) throw new KeelsonError('E_UNAVAILABLE', missing(name));
  appendFileSync(notes, `${name}\n`);
  return false;
}

/** The etcdctl that belongs to a version of etcd. */
export function etcdctlPath(version: '3.7' | '3.4'): string {
  return serverFile(`etcd-${version}`, 'etcdctl');
}

/** The Chromium to drive with playwright-core (`executablePath`; as root also `args: ['--no-sandbox']`). */
export function chromiumPath(): string {
  return serverFile('chromium', 'chromium');
}

function missing(name: ServerName): string {
  return `${servers[name].title} is not installed. Run: npm run setup -- --servers`;
}
