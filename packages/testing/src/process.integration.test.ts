import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually, runCommand, spawnProcess, temporaryDirectory } from './index.ts';
import { threadStates } from './until-stopped.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('a command gives its code and both outputs', async () => {
  const result = await runCommand('/bin/sh', ['-c', 'cat; echo bad >&2; exit 3'], { input: 'good' });
  expect(result).toEqual({ code: 3, signal: null, stdout: 'good', stderr: 'bad\n' });
});

test('a command that does not end is killed and says so', async () => {
  const error = await runCommand('/bin/sleep', ['60'], { timeoutMs: 100 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'E_TIMEOUT' });
});

test('a program that is not there is said to be so', async () => {
  await expect(spawnProcess('/nonexistent/program', [])).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
});

test('what a process leaves behind in its group dies with it', async () => {
  const parent = await spawnProcess('/bin/sh', ['-c', 'sleep 60 & echo child $!; wait']);
  const [, child] = await parent.lineMatching(/^child (\d+)$/);
  await parent.kill();
  await eventually('the grandchild to be gone', () => !isAlive(Number(child)));
  expect(isAlive(parent.pid)).toBe(false);
});

test('a paused process is stopped within its grace', async () => {
  const child = await spawnProcess('/bin/sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 1; done']);
  await child.lineMatching(/^up$/);
  child.pause();
  expect(await child.stop({ graceMs: 50 })).toEqual({ code: null, signal: 'SIGKILL' });
});

// What threads do is told by /proc alone.
test.skipIf(process.platform !== 'linux')('no thread of a paused process runs any more', async () => {
  const busy = `
    const { Worker } = require('node:worker_threads');
    for (let i = 0; i < 3; i++) new Worker('for (;;);', { eval: true });
    console.log('up');
    setInterval(() => {}, 1);`;
  const child = await spawnProcess(process.execPath, ['-e', busy]);
  await child.lineMatching(/^up$/);
  for (let round = 0; round < 20; round++) {
    child.pause();
    const states = threadStates(child.pid);
    expect(states.length).toBeGreaterThan(3);
    expect(new Set(states)).toEqual(new Set(['T']));
    child.resume();
    await eventually('it to go on', () => threadStates(child.pid).some((state) => state !== 'T'));
  }
  await child.kill();
});

test('a killed test process leaves neither processes nor folders', async () => {
  const index = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  const script = `
    const { spawnProcess, temporaryDirectory } = await import(${JSON.stringify(index)});
    const child = await spawnProcess('/bin/sleep', ['60']);
    const folder = await temporaryDirectory();
    console.log('started ' + child.pid + ' ' + folder.path);
    setInterval(() => {}, 1000);`;
  const victim = await spawnProcess(process.execPath, ['--input-type=module', '-e', script]);
  const [, pid, folder] = await victim.lineMatching(/^started (\d+) (.+)$/);
  expect(existsSync(folder ?? '')).toBe(true);
  victim.signal('SIGKILL');
  await victim.exited;
  await eventually('the orphan to be gone', () => !isAlive(Number(pid)));
  await eventually('its folder to be gone', () => !existsSync(folder ?? ''));
});

test('a temporary folder goes with all it holds, and goes once', async () => {
  const folder = await temporaryDirectory();
  await runCommand('/bin/sh', ['-c', 'mkdir -p a/b && echo x > a/b/c'], { cwd: folder.path });
  await folder.remove();
  await folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});
