/** The real servers of the tests: Debian's by apt where we may; newer etcd through Go, newer ZooKeeper through Maven, into a cache folder by version. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  ETCD_BENCHMARK_VERSION,
  ETCD_VERSION,
  findExecutable,
  isServerInstalled,
  serverCacheDirectory,
  servers,
  ZOOKEEPER_VERSION,
} from '../../packages/testing/servers.mjs';
import { answerOf, root, runToEnd, say } from './run.mjs';

/** What `npm test` needs besides Node and git. */
export const SERVERS_FOR_TESTS = ['etcd-3.7', 'etcd-3.4', 'zookeeper', 'zookeeper-3.9', 'chromium'];

/**
 * Installs those of `wanted` that are missing, saying what and how long.
 * @returns {Promise<{name: string, title: string, why: string, remedy: string, optional: boolean}[]>} what is missing still
 */
export async function installServers(wanted) {
  const missing = wanted.filter((name) => !isServerInstalled(name));
  if (missing.length === 0) return [];
  say(`Servers that the tests use and that are missing: ${missing.map((name) => servers[name].title).join(', ')}.`);
  return [
    ...(await installWithApt(missing.filter((name) => servers[name].packages.length > 0))),
    ...(await installWithGo(missing.filter((name) => name in goBuilds))),
    ...(await installWithMaven(missing.filter((name) => name in mavenCopies))),
  ];
}

async function installWithApt(names) {
  if (names.length === 0) return [];
  const packages = names.flatMap((name) => servers[name].packages);
  const line = `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
  const failed = (why, remedy) =>
    names
      .filter((name) => !isServerInstalled(name))
      .map((name) => ({ name, title: servers[name].title, why, remedy, optional: false }));

  if (findExecutable('apt-get') === undefined) {
    return failed('this is not a Debian', `install ${packages.join(', ')} by your own package manager`);
  }
  const prefix = rootPrefix();
  if (prefix === undefined) return failed('installing Debian packages needs root', `sudo ${line}`);
  say(`Installing Debian packages: ${packages.join(' ')} (once; a minute or two).`);
  const run = (args) => runAs(prefix, ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args]);
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  // A fresh image has no package lists: look for them only when the first try finds nothing.
  if ((await run(install)) !== 0 && (await run(['update'])) === 0) await run(install);
  return failed('apt-get did not bring it', [...prefix, line].join(' '));
}

function runAs(prefix, [command, ...args]) {
  return prefix.length === 0 ? runToEnd(command, args) : runToEnd(prefix[0], [...prefix.slice(1), command, ...args]);
}

/** The words before a command that must run as root: none as root, `sudo -n` where it asks for no password; else `undefined`. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return answerOf('sudo', ['-n', 'true']) === undefined ? undefined : ['sudo', '-n'];
}

const goBuilds = {
  'etcd-3.7': {
    module: join(root, 'scripts/etcd-tools'),
    folder: `etcd-${ETCD_VERSION}`,
    programs: {
      etcd: 'go.etcd.io/etcd/server/v3',
      etcdctl: 'go.etcd.io/etcd/etcdctl/v3',
      etcdutl: 'go.etcd.io/etcd/etcdutl/v3',
    },
  },
  'etcd-benchmark': {
    module: join(root, 'scripts/etcd-tools/benchmark'),
    folder: `etcd-benchmark-${ETCD_BENCHMARK_VERSION}`,
    programs: { benchmark: 'go.etcd.io/etcd/v3/tools/benchmark' },
  },
};

/** What etcd 3.7 asks for. */
const OLDEST_GO = 26;

/** The minor version of the Go that would build this module (a newer Go fetches the toolchain that go.mod names, where it may), 0 for none. */
function goVersion(module) {
  const version = answerOf('go', ['env', 'GOVERSION'], { cwd: module });
  return Number(/^go1\.(\d+)/.exec(version ?? '')?.[1] ?? 0);
}

async function installWithGo(names) {
  const missing = [];
  for (const name of names) {
    const build = goBuilds[name];
    const { title } = servers[name];
    if (goVersion(build.module) < OLDEST_GO) {
      const remedy = `install Go 1.${OLDEST_GO} or newer (https://go.dev/dl), then run this again`;
      missing.push({
        name,
        title,
        why: `it is built through Go, and there is no Go >= 1.${OLDEST_GO}`,
        remedy,
        optional: true,
      });
      continue;
    }
    say(`Building ${title} through Go (once; a minute or two; kept in ${serverCacheDirectory()}).`);
    if (!(await goBuild(build))) {
      const remedy = 'let Go reach its module proxy (`go env GOPROXY`), then run this again';
      missing.push({ name, title, why: 'building it failed, see above', remedy, optional: false });
    }
  }
  return missing;
}

/** Builds into a side folder and moves it into place whole, so that a broken-off build is never taken for a server. */
async function goBuild({ module, folder, programs }) {
  const target = join(serverCacheDirectory(), folder);
  const building = `${target}.building-${process.pid}`;
  mkdirSync(building, { recursive: true });
  const flags = ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];
  for (const [program, path] of Object.entries(programs)) {
    const args = [...flags, '-o', join(building, program), path];
    if ((await runToEnd('go', args, { cwd: module, env: { CGO_ENABLED: '0' } })) !== 0) {
      rmSync(building, { recursive: true, force: true });
      return false;
    }
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(building, target);
  return true;
}

const mavenCopies = {
  'zookeeper-3.9': { pom: join(root, 'scripts/zookeeper-tools/pom.xml'), folder: `zookeeper-${ZOOKEEPER_VERSION}` },
};

async function installWithMaven(names) {
  const missing = [];
  for (const name of names) {
    const { title } = servers[name];
    // Debian's Maven is small beside the Java that every ZooKeeper needs anyway.
    if (findExecutable('mvn') === undefined && !(await aptInstall(['maven']))) {
      const remedy = 'install Maven (Debian: apt-get install maven), then run this again';
      missing.push({ name, title, why: 'its jars come through Maven, and there is none', remedy, optional: false });
      continue;
    }
    say(`Copying ${title} from Maven Central (once; seconds; kept in ${serverCacheDirectory()}).`);
    if (!(await mavenCopy(mavenCopies[name])) || !isServerInstalled(name)) {
      const remedy =
        'let Maven reach Maven Central (~/.m2/settings.xml) and see that there is a `java`, then run this again';
      missing.push({ name, title, why: 'copying its jars failed, see above', remedy, optional: false });
    }
  }
  return missing;
}

/** Copies into a side folder and moves it into place whole, so that a broken-off copy is never taken for a server. */
async function mavenCopy({ pom, folder }) {
  const target = join(serverCacheDirectory(), folder);
  const copying = `${target}.copying-${process.pid}`;
  const args = ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${copying}`];
  if ((await runToEnd('mvn', args)) !== 0) {
    rmSync(copying, { recursive: true, force: true });
    return false;
  }
  rmSync(target, { recursive: true, force: true });
  renameSync(copying, target);
  return true;
}

/** Installs Debian packages where that is possible without asking anybody; says whether it did. */
async function aptInstall(packages) {
  const prefix = rootPrefix();
  if (findExecutable('apt-get') === undefined || prefix === undefined) return false;
  const line = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-qq',
    'install',
    '--yes',
    '--no-install-recommends',
  ];
  return (await runAs(prefix, [...line, ...packages])) === 0;
}

/** Says what is missing and how to get it. */
export function sayMissing(missing) {
  for (const { title, why, remedy } of missing) say(`Missing: ${title}: ${why}.\n  ${remedy}`);
}
