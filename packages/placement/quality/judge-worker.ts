import { parentPort, workerData } from 'node:worker_threads';
import { scenario } from '../test-support/scenarios/index.ts';
import { type JudgeOptions, judge } from './judge.ts';
import { solveByNames } from './solver.ts';
import { figuresOf } from './summary.ts';

const options: JudgeOptions = workerData;

/** A thread that judges the scenarios whose numbers it is sent, one after the other. */
parentPort?.on('message', (number: number) => {
  parentPort?.postMessage(figuresOf(judge(scenario(number), solveByNames, options)), []);
});
