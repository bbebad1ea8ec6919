import { Worker } from 'node:worker_threads';
import type { JudgeOptions } from './judge.ts';
import type { ScenarioFigures } from './summary.ts';

/** Judges scenarios in some threads; each takes the next one when it has done with its last. In the order of their numbers. */
export async function judgeAll(
  numbers: readonly number[],
  threads: number,
  options: JudgeOptions,
  onEach: (figures: ScenarioFigures) => void,
): Promise<ScenarioFigures[]> {
  const all: ScenarioFigures[] = [];
  const left = [...numbers];
  const take = (figures: ScenarioFigures): void => {
    all.push(figures);
    onEach(figures);
  };
  await Promise.all(Array.from({ length: Math.min(threads, numbers.length) }, () => workThrough(left, options, take)));
  return all.sort((a, b) => a.number - b.number);
}

/** One thread, until nothing is left; what it throws ends everything. */
function workThrough(left: number[], options: JudgeOptions, take: (figures: ScenarioFigures) => void): Promise<void> {
  const worker = new Worker(new URL('judge-worker.js', import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const number = left.shift();
      if (number === undefined) void worker.terminate();
      else worker.postMessage(number, []);
    };
    worker.on('message', (figures: ScenarioFigures) => {
      take(figures);
      next();
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve());
    next();
  });
}
