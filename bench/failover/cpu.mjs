/** What processes had of the processors, by the kernel's own count. */
import { readdirSync, readFileSync } from 'node:fs';

/** Times of processes by name, to be given to `cpuSince`. */
export function cpuTimes(pids) {
  return Object.entries(pids).map(([name, pid]) => ({ name, pid, ...timesOf(pid) }));
}

/** By name, in milliseconds: how long its threads ran since then, and how long they were ready to run and were not let. Absent where it has ended. */
export function cpuSince(before) {
  const since = before.flatMap(({ name, pid, ranMs, waitedMs }) => {
    const now = timesOf(pid);
    return now.ranMs === undefined ? [] : [[name, { ranMs: now.ranMs - ranMs, waitedMs: now.waitedMs - waitedMs }]];
  });
  return Object.fromEntries(since);
}

/** How long, in milliseconds since the machine was started, somebody was ready to run and was not let; NaN where the kernel does not say. */
export function cpuPressureMs() {
  try {
    return Number(/some .*total=(\d+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1]) / 1e3;
  } catch {
    return Number.NaN;
  }
}

function timesOf(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
      const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
        .split(' ')
        .map(Number);
      return { ran, waited };
    });
    const sum = (field) => threads.reduce((total, thread) => total + thread[field], 0) / 1e6;
    return { ranMs: sum('ran'), waitedMs: sum('waited') };
  } catch {
    return {};
  }
}
