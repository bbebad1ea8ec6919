/** etcd's own load tool, written in Go: what a client of etcd's makers gets out of each server. */
import { runCommand, serverFile } from '@keelson/testing';
import { isServerInstalled } from '../../packages/testing/servers.mjs';

export function hasGoTool() {
  return isServerInstalled('etcd-benchmark');
}

/** Puts and linearizable ranges by 100 clients over 10 connections. */
export async function goLoad(target, { total }) {
  const common = [`--endpoints=${target.address}`, '--conns=10', '--clients=100'];
  const put = ['put', '--key-size=8', '--val-size=256', `--total=${total}`, '--key-space-size=100000'];
  const range = ['range', 'bench/00001', `--total=${total}`];
  return [
    ...(await run('put by the Go tool, 100 clients', [...common, ...put])),
    ...(await run('range by the Go tool, 100 clients', [...common, ...range])),
  ];
}

async function run(name, args) {
  const { stdout, stderr, code } = await runCommand(serverFile('etcd-benchmark', 'benchmark'), args, {
    timeoutMs: 300_000,
  });
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const p99 = Number(/99%\s+in\s+([\d.]+)/.exec(stdout)?.[1]) * 1_000;
  if (code !== 0 || !(perSecond > 0)) throw new Error(`The Go tool ended with ${code}:\n${stdout}\n${stderr}`);
  if (/Error distribution/.test(stdout)) throw new Error(`The Go tool saw errors:\n${stdout}`);
  return [
    { figure: name, unit: '/s', value: perSecond, better: 'more' },
    { figure: `${name}, p99`, unit: 'ms', value: p99, better: 'less' },
  ];
}
