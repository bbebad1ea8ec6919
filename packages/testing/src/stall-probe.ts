/** A process with nothing to do, started by `StallWatch`: prints a line whenever its timer was late, which only others on the machine can have caused. */
import process from 'node:process';
import { testRuntime } from './eventually.ts';

/** How often it looks at the clock, in milliseconds. */
const STEP_MS = 10;

/** Lateness below which nothing is said, in milliseconds: the grain of a timer. */
const GRAIN_MS = 3;

const { clock, timers } = testRuntime;
let lastMs = clock.monotonicMs();
timers.every(STEP_MS, () => {
  const nowMs = clock.monotonicMs();
  const lateMs = nowMs - lastMs - STEP_MS;
  lastMs = nowMs;
  if (lateMs > GRAIN_MS) process.stdout.write(`${JSON.stringify({ untilMs: clock.wallMs(), lateMs })}\n`);
});
process.stdout.write('ready\n');
