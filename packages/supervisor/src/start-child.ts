import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { SUPERVISOR_FD_VARIABLE, SUPERVISOR_PID_VARIABLE } from '@keelson/store/supervised';

/** Descriptor of the channel in the child: the first behind the three that every process has. */
const CHANNEL_FD = 3;

/** What of a spawn is the caller's. */
export interface SupervisedSpawnOptions {
  /** Standard input, output and error. */
  readonly stdio: readonly [
    'inherit' | 'pipe' | 'ignore',
    'inherit' | 'pipe' | 'ignore',
    'inherit' | 'pipe' | 'ignore',
  ];
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** A process group of its own, which outlives this process and gets no Ctrl-C of its terminal. Default false. */
  readonly detached?: boolean;
}

/** Starts a process that announces its sessions to this one. Give it to `endSessionsOfDead`, before anything else is done with it. */
export function spawnSupervised(
  command: string,
  args: readonly string[],
  options: SupervisedSpawnOptions,
): ChildProcess {
  const settings: SpawnOptions = {
    stdio: [...options.stdio, 'pipe'],
    env: {
      ...(options.env ?? process.env),
      [SUPERVISOR_FD_VARIABLE]: String(CHANNEL_FD),
      [SUPERVISOR_PID_VARIABLE]: String(process.pid),
    },
    detached: options.detached === true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  };
  return spawn(command, [...args], settings);
}

/** What the child writes about its sessions; undefined where it was not started by `spawnSupervised`. */
export function channelOf(child: ChildProcess): Readable | undefined {
  const channel = child.stdio[CHANNEL_FD];
  return channel !== null && channel !== undefined && 'read' in channel ? channel : undefined;
}
