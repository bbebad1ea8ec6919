/** What is measured: servers as processes of their own. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { connectGrpc, kvService } from '@keelson/etcd-protocol';
import { systemRuntime } from '@keelson/runtime';
import { freePorts, spawnProcess, startEtcd, temporaryDirectory } from '@keelson/testing';

const program = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));
export const runtime = systemRuntime();

/** Both servers, started: `{ name, address, pid, start(), stop(), remove() }`. */
export async function startTargets() {
  const targets = [await realEtcd(), await keelson()];
  return targets;
}

async function realEtcd() {
  const etcd = await startEtcd({ version: '3.7' });
  const [member] = etcd.members;
  return {
    name: 'etcd 3.7.3',
    address: `127.0.0.1:${member.clientPort}`,
    pid: () => member.pid,
    stop: () => member.kill(),
    start: () => member.restart(),
    remove: () => etcd.stop(),
  };
}

async function keelson() {
  const folder = await temporaryDirectory('bench');
  const [httpPort, etcdPort] = await freePorts(2);
  const args = [
    'server',
    '--json',
    '--no-controller',
    '--data-dir',
    folder.path,
    '--http-port',
    httpPort,
    '--etcd-port',
    etcdPort,
  ];
  let running;
  const start = async () => {
    running = await spawnProcess(process.execPath, [program, ...args.map(String)], { name: 'keelson server' });
    await running.lineMatching(/"event":"ready"/, { timeoutMs: 60_000 });
  };
  await start();
  return {
    name: 'Keelson',
    address: `127.0.0.1:${etcdPort}`,
    pid: () => running.pid,
    stop: () => running.kill(),
    start,
    remove: async () => {
      await running.stop();
      await folder.remove();
    },
  };
}

/** Milliseconds from a SIGKILL's restart to the first linearizable read answered, and the memory held afterwards. */
export async function restartTarget(target) {
  await target.stop();
  const startedMs = performance.now();
  await target.start();
  const connection = await connect(target);
  await connection.unary(kvService.range, { key: 'bench/fill/0000000' });
  const restartMs = performance.now() - startedMs;
  await connection.close();
  return [
    { figure: 'restart with 100k keys', unit: 'ms', value: restartMs, better: 'less' },
    { figure: 'memory after restart, 100k keys', unit: 'MB', value: residentMegabytes(target), better: 'less' },
  ];
}

export function connect(target) {
  return connectGrpc({ address: target.address, runtime });
}

export function residentMegabytes(target) {
  const status = readFileSync(`/proc/${target.pid()}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

export async function closeTarget(target) {
  await target.remove();
}
