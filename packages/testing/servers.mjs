/**
 * Where the real servers of the tests are. Plain JavaScript without dependencies, because `scripts/setup.mjs`
 * installs the servers before anything is compiled; the tests read the same table through `@keelson/testing`.
 */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Version of etcd that is built through Go; pinned by `scripts/etcd-tools/go.sum`. */
export const ETCD_VERSION = '3.7.3';

/** Version of the newest ZooKeeper, from Maven Central; pinned by `scripts/zookeeper-tools/pom.xml`. */
export const ZOOKEEPER_VERSION = '3.9.5';

/** Version of etcd's own load tool; the newest whose module can be built alone. It drives newer servers too. */
export const ETCD_BENCHMARK_VERSION = '3.6.8';

/** Folder that keeps built servers between runs and between clones, one folder a version. */
export function serverCacheDirectory() {
  const base =
    process.env.KEELSON_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'keelson');
  return join(base, 'servers');
}

/** The first of `candidates` (absolute, or a name looked up in PATH) that is a file we may execute, or `undefined`. */
export function findExecutable(...candidates) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const candidate of candidates) {
    const places = candidate.includes('/') ? [candidate] : folders.map((folder) => join(folder, candidate));
    const found = places.find((place) => isAccessible(place, constants.X_OK));
    if (found !== undefined) return found;
  }
  return undefined;
}

function isAccessible(path, mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function firstReadable(...paths) {
  return paths.find((path) => isAccessible(path, constants.R_OK));
}

/** The folder of a ZooKeeper's jars: there, and complete, as it is moved into place whole. */
function zookeeperJars() {
  const lib = join(serverCacheDirectory(), `zookeeper-${ZOOKEEPER_VERSION}`);
  return firstReadable(join(lib, `zookeeper-${ZOOKEEPER_VERSION}.jar`)) === undefined ? undefined : lib;
}

const etcdBuilt = (name) => findExecutable(join(serverCacheDirectory(), `etcd-${ETCD_VERSION}`, name));

/**
 * Every server a test may need: how people call it, Debian's packages that bring it (none: built through Go, or copied from Maven Central), and its files
 * on this machine (`undefined` where one is missing).
 */
export const servers = {
  'etcd-3.7': {
    title: `etcd ${ETCD_VERSION}`,
    packages: [],
    files: () => ({ etcd: etcdBuilt('etcd'), etcdctl: etcdBuilt('etcdctl'), etcdutl: etcdBuilt('etcdutl') }),
  },
  'etcd-3.4': {
    title: "Debian's etcd",
    packages: ['etcd-server', 'etcd-client'],
    files: () => ({ etcd: findExecutable('/usr/bin/etcd'), etcdctl: findExecutable('/usr/bin/etcdctl') }),
  },
  zookeeper: {
    title: 'ZooKeeper with a Java runtime',
    packages: ['zookeeper', 'default-jre-headless'],
    files: () => ({ java: findExecutable('java'), jar: firstReadable('/usr/share/java/zookeeper.jar') }),
  },
  'zookeeper-3.9': {
    title: `ZooKeeper ${ZOOKEEPER_VERSION}`,
    packages: [],
    files: () => ({ java: findExecutable('java'), lib: zookeeperJars() }),
  },
  chromium: {
    title: 'Chromium',
    packages: ['chromium'],
    files: () => ({
      chromium: findExecutable(
        ...[process.env.KEELSON_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].filter(
          (name) => name !== undefined && name !== '',
        ),
      ),
    }),
  },
  'etcd-benchmark': {
    title: `etcd's benchmark tool ${ETCD_BENCHMARK_VERSION}`,
    packages: [],
    files: () => ({
      benchmark: findExecutable(join(serverCacheDirectory(), `etcd-benchmark-${ETCD_BENCHMARK_VERSION}`, 'benchmark')),
    }),
  },
};

/** Whether every file of the server is on this machine. */
export function isServerInstalled(name) {
  return Object.values(servers[name].files()).every((file) => file !== undefined);
}
