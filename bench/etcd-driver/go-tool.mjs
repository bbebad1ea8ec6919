/** etcd's own load tool as the Go column: a process for each figure, whose CPU time its shell tells. */
import { runCommand, serverFile } from '@keelson/testing';

const KEY_SPACE = '--key-space-size=10000';
const operations = {
  put: (total) => ['put', '--key-size=12', '--val-size=256', KEY_SPACE, `--total=${total}`],
  get: (total) => ['range', '/bench/00001', `--total=${total}`],
};

/** So many operations over one connection; CPU time is that of one operation, without the tool's start. */
export async function goFigures(address, { operation, inFlight, total }) {
  const [short, long] = [
    await run(address, operation, inFlight, inFlight),
    await run(address, operation, inFlight, total),
  ];
  return {
    perSecond: long.perSecond,
    cpuMicroseconds: (long.cpuMicroseconds - short.cpuMicroseconds) / (total - inFlight),
  };
}

async function run(address, operation, inFlight, total) {
  const tool = serverFile('etcd-benchmark', 'benchmark');
  const args = [`--endpoints=${address}`, '--conns=1', `--clients=${inFlight}`, ...operations[operation](total)];
  // The last line of `times` is that of the shell's children.
  const { code, stdout, stderr } = await runCommand('sh', ['-c', '"$0" "$@" && times', tool, ...args], {
    timeoutMs: 300_000,
  });
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const times = stdout.trim().split('\n').at(-1) ?? '';
  const seconds = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  if (code !== 0 || !(perSecond > 0) || seconds.length !== 2)
    throw new Error(`etcd's load tool ended with ${code}:\n${stdout}\n${stderr}`);
  return { perSecond, cpuMicroseconds: (seconds[0] + seconds[1]) * 1e6 };
}
