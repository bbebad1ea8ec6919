import type { Runtime } from '@keelson/runtime';

/**
 * Runs `work` in a turn of its own. Resetting a stream, or ending a session that has streams, makes Node send at once; while it is still reading what has
 * arrived, on whose stack every handler and every continuation of an answer runs, that frees memory which is still in use, and the process ends with a
 * corrupted heap (nodejs/node#38964, #64113; Node 20 and 22 stay so).
 */
export function afterReceiving(runtime: Pick<Runtime, 'timers'>, work: () => void): void {
  runtime.timers.after(0, work, { background: true });
}
