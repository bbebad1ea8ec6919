/**
 * The inside of a load: a process that does what it is told line by line, so that several loads can take turns within seconds of each other
 * and each one's CPU time is its alone. A line says `OPERATION IN_FLIGHT MILLISECONDS`; the answer is
 * `{"operations", "seconds", "cpuMicroseconds"}`. The first line it prints is `ready`; the end of its input ends it.
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';

/**
 * Serves loads until the input ends.
 *
 * @param {{ operations: Record<string, (number: number) => Promise<unknown>>, close: () => Promise<unknown> | void }} client
 */
export async function serveLoads({ operations, close }) {
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, inFlight, milliseconds] = line.split(' ');
    const figures = await measured(operations[name], Number(inFlight), Number(milliseconds));
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  }
  await close();
}

async function measured(operation, inFlight, milliseconds) {
  const [begunMs, cpu] = [performance.now(), process.cpuUsage()];
  let operations = 0;
  const one = async () => {
    while (performance.now() - begunMs < milliseconds) {
      operations += 1;
      await operation(operations);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  const { user, system } = process.cpuUsage(cpu);
  return { operations, seconds: (performance.now() - begunMs) / 1_000, cpuMicroseconds: user + system };
}
