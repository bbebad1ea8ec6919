import { createConnection } from 'node:net';
import type { Runtime } from '@keelson/runtime';

/** Longest wait for an owner to name itself, in milliseconds. It may be stopped or busy; that it listens is proof enough. */
const ANSWER_LIMIT_MS = 300;

/** What the owner of a data folder says of itself; without a pid where it did not say. */
export interface OwnerAnswer {
  readonly pid?: number;
}

/** Asks whoever listens at `path` who it is. `undefined` where nobody listens: the socket's process is dead. */
export function askOwner(path: string, runtime: Pick<Runtime, 'timers'>): Promise<OwnerAnswer | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    let text = '';
    const finish = (answer: OwnerAnswer | undefined): void => {
      timer.cancel();
      socket.destroy();
      resolve(answer);
    };
    const timer = runtime.timers.after(ANSWER_LIMIT_MS, () => finish({}));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => finish(parseAnswer(text)));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Refused or gone: no process behind it. Anything else (a full backlog, no permission) means that there may be one.
      const dead = error.code === 'ECONNREFUSED' || error.code === 'ENOENT';
      finish(dead ? undefined : parseAnswer(text));
    });
  });
}

function parseAnswer(text: string): OwnerAnswer {
  const pid = /"pid":(\d+)/.exec(text)?.[1];
  return pid === undefined ? {} : { pid: Number(pid) };
}
