/**
 * Contention for one lock inside one process, told to begin by a line on its standard input. Each contender takes the lock and gives it back, so many
 * times, and asks again at once. Prints `ready`, then `{"holds": [[asked, acquired, released], …], "cpuMicroseconds"}`, in milliseconds of one clock;
 * `released` is when giving back began.
 */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** @param {() => Promise<() => Promise<unknown>>} acquire resolves with what gives the lock back */
export async function contend({ contenders, rounds }, acquire) {
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  const cpu = process.cpuUsage();
  const holds = [];
  const contender = async () => {
    for (let round = 0; round < rounds; round += 1) {
      const askedMs = performance.now();
      const release = await acquire();
      const acquiredMs = performance.now();
      holds.push([askedMs, acquiredMs, performance.now()]);
      await release();
    }
  };
  await Promise.all(Array.from({ length: contenders }, contender));
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(`${JSON.stringify({ holds, cpuMicroseconds: user + system })}\n`);
  process.stdin.destroy();
}
