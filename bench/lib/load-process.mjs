/** The outside of a load: a process, in whatever language, that speaks as load-program.mjs says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How long a load may take beyond what it was told to, in milliseconds: a thousand consumers are still busy with what was published to them. */
const GRACE_MS = 240_000;

/**
 * Starts a load and waits until it is ready.
 *
 * @returns {Promise<{ name: string, run: (request: string, ms: number) => Promise<any>, stop: () => Promise<void> }>}
 */
export async function startLoad({ name, command: [program, ...args] }) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (limitMs) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    const { value, done } = await lines.next();
    clearTimeout(timer);
    if (done) throw new Error(`The load of ${name} ended, or said nothing for ${limitMs} ms.`);
    return value;
  };
  const ready = await nextLine(GRACE_MS);
  if (ready !== 'ready') throw new Error(`The load of ${name} says ${ready}`);
  return {
    name,
    run: async (request, ms) => {
      child.stdin.write(`${request}\n`);
      return JSON.parse(await nextLine(ms + GRACE_MS));
    },
    stop: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
