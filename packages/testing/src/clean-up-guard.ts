import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * The last net under a test run. A shell of its own process group reads on its standard input what exists; when that pipe ends,
 * because this process ended for whatever reason (even SIGKILL), it kills every group still listed and removes every folder.
 * Lines: `add group:PID`, `add folder:PATH`, `drop …`.
 */
const GUARD_SCRIPT = `
while read -r verb item; do
  if [ "$verb" = add ]; then set -- "$@" "$item"; continue; fi
  count=$#
  while [ $count -gt 0 ]; do
    kept=$1; shift; count=$((count - 1))
    [ "$kept" = "$item" ] || set -- "$@" "$kept"
  done
done
for item in "$@"; do case $item in group:*) kill -9 "-\${item#group:}" 2>/dev/null;; esac; done
for item in "$@"; do case $item in folder:*) rm -rf -- "\${item#folder:}";; esac; done
`;

let guard: ChildProcess | undefined;

function tell(line: string): void {
  guard ??= startGuard();
  guard.stdin?.write(`${line}\n`);
}

function startGuard(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', GUARD_SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  // A guard that died leaves only the ordinary clean-up; writing to it must not bring the test down.
  child.stdin?.on('error', () => {});
  // The pipe to it is a socket, whose type says so only at run time; it must not keep the test process alive.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}

/** Kills this process group when the test process ends, unless it is released before. */
export function guardProcessGroup(pid: number): void {
  tell(`add group:${pid}`);
}

/** The group is gone: its number may be given to somebody else. */
export function releaseProcessGroup(pid: number): void {
  tell(`drop group:${pid}`);
}

/** Removes this folder when the test process ends, unless it is released before. */
export function guardFolder(path: string): void {
  tell(`add folder:${path}`);
}

/** The folder has been removed. */
export function releaseFolder(path: string): void {
  tell(`drop folder:${path}`);
}
