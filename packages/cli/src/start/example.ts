import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isKeelsonError, KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { ClusterSummary } from '@keelson/server/schemas';
import type { CommandIo } from '../command-context.ts';
import type { RunningServer } from '../run-server.ts';

/** What happens in an example. */
export type ExampleEvent =
  | { readonly event: 'worker-started'; readonly instance: string; readonly pid: number }
  | { readonly event: 'worker-stopped'; readonly instance: string; readonly pid: number; readonly how: string }
  | { readonly event: 'load'; readonly input: string; readonly lines: number }
  | { readonly event: 'check'; readonly acknowledged: number; readonly lost: number; readonly doubled: number }
  | { readonly event: 'complaint'; readonly from: string; readonly text: string };

/** A running example. */
export interface Example {
  readonly declaration: {
    readonly cluster: string;
    readonly resource: string;
    readonly partitions: number;
    readonly replicas: number;
  };
  readonly ttlMs: number;
  workers(): readonly { readonly instance: string; readonly pid: number }[];
  close(): Promise<void>;
}

/** How an example module is asked to start. It exports this function as `launchExample`. */
export type LaunchExample = (options: {
  readonly storeUrl: string;
  readonly dataDirectory: string;
  readonly runtime: Runtime;
  readonly workers: number;
  readonly ttlMs: number;
  readonly onEvent: (event: ExampleEvent) => void;
}) => Promise<Example>;

/** The example of a module, given as a path or as a package. Rejects with `E_INVALID_ARGUMENT` where there is none. */
export async function loadExample(module: string): Promise<LaunchExample> {
  const isPath = isAbsolute(module) || module.startsWith('.');
  try {
    const loaded = (await import(isPath ? pathToFileURL(resolve(module)).href : module)) as {
      launchExample?: LaunchExample;
    };
    if (loaded.launchExample !== undefined) return loaded.launchExample;
  } catch (cause) {
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `The example ${module} cannot be loaded: ${(cause as Error).message}`,
      { cause },
    );
  }
  throw new KeelsonError('E_INVALID_ARGUMENT', `${module} is no example: it exports no \`launchExample\`.`);
}

/** Longest wait for all replicas to be placed before the example is shown as it is, in milliseconds. */
const PLACEMENT_LIMIT_MS = 60_000;

/** Resolves when every replica of the cluster is placed, the limit is over, or the process is asked to stop. */
export async function awaitPlacement(server: RunningServer, cluster: string, io: CommandIo): Promise<void> {
  const { runtime } = server;
  const untilMs = runtime.clock.monotonicMs() + PLACEMENT_LIMIT_MS;
  while (!io.signal.aborted && runtime.clock.monotonicMs() < untilMs) {
    if (isPlaced(server.clusterSummary(cluster))) return;
    try {
      await sleep(runtime, 50, { signal: io.signal });
    } catch (error) {
      if (!isKeelsonError(error, 'E_ABORTED')) throw error;
    }
  }
}

function isPlaced(summary: ClusterSummary | undefined): boolean {
  return summary !== undefined && summary.replicas.wanted > 0 && summary.replicas.placed === summary.replicas.wanted;
}
