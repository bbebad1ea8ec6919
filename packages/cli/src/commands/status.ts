import { isKeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type {
  ClusterList,
  ClusterSummary,
  Instance,
  InstanceList,
  Resource,
  ResourceList,
} from '@keelson/server/schemas';
import type { Command } from 'commander';
import { apiPath } from '../client/api-path.ts';
import {
  type ClientOptions,
  type CommandContext,
  type CommandIo,
  clientCommand,
  openContext,
} from '../command-context.ts';
import { table } from '../output/table.ts';
import { clusterColumns } from './cluster.ts';
import { instanceColumns } from './instance.ts';
import { resourceColumns } from './resource.ts';

/** Everything `status` shows of one cluster. */
interface ClusterStatus {
  readonly cluster: ClusterSummary;
  readonly instances: readonly Instance[];
  readonly resources: readonly Resource[];
}

interface StatusOptions extends ClientOptions {
  readonly cluster?: string;
  readonly watch?: boolean;
}

/** Shortest time between two pictures of `--watch`, in milliseconds. */
const WATCH_PAUSE_MS = 250;

/** Longest time between two pictures of `--watch`, in milliseconds: also what no event tells comes up to date. */
const WATCH_REFRESH_MS = 5_000;

/** `keelson status [--watch]` */
export function registerStatus(program: Command, io: CommandIo): void {
  clientCommand(program.command('status').description('show clusters, instances and resources at a glance'))
    .option('-c, --cluster <name>', 'only this cluster (KEELSON_CLUSTER)')
    .option('-w, --watch', 'keep showing, until Ctrl-C')
    .action(async (options: StatusOptions) => {
      const context = await openContext(io, options);
      if (options.watch === true) await watchStatus(context, options);
      else show(context, await readStatus(context, options));
    });
}

async function readStatus(context: CommandContext, options: StatusOptions): Promise<readonly ClusterStatus[]> {
  const { client, io } = context;
  const wanted = options.cluster ?? io.env.KEELSON_CLUSTER;
  const clusters =
    wanted === undefined || wanted === ''
      ? (await client.get<ClusterList>(apiPath('clusters'))).clusters
      : [await client.get<ClusterSummary>(apiPath('clusters', wanted))];
  return Promise.all(
    clusters.map(async (cluster) => ({
      cluster,
      instances: (await client.get<InstanceList>(apiPath('clusters', cluster.name, 'instances'))).instances,
      resources: (await client.get<ResourceList>(apiPath('clusters', cluster.name, 'resources'))).resources,
    })),
  );
}

function show(context: CommandContext, status: readonly ClusterStatus[]): void {
  context.output.result({ clusters: status }, () => statusText(context, status));
}

function statusText(context: CommandContext, status: readonly ClusterStatus[]): string {
  const { style } = context.output;
  if (status.length === 0) return 'No clusters yet. Make one with `keelson cluster create <name>`.';
  const blocks = [
    table(
      status.map((one) => one.cluster),
      clusterColumns,
      style,
    ),
  ];
  for (const one of status) {
    const title = (what: string): string =>
      status.length === 1 ? '' : `${style(`${what} of ${one.cluster.name}`, 'cyan')}\n`;
    if (one.resources.length > 0) blocks.push(title('Resources') + table(one.resources, resourceColumns, style));
    if (one.instances.length > 0) blocks.push(title('Instances') + table(one.instances, instanceColumns, style));
  }
  return blocks.join('\n\n');
}

/**
 * Draws a picture whenever something changes, and outlives the server: while it cannot be reached it says so and tries on. The first
 * picture must succeed.
 */
async function watchStatus(context: CommandContext, options: StatusOptions): Promise<void> {
  const { io, output } = context;
  let status = await readStatus(context, options);
  let last = '';
  for (;;) {
    const text = output.json ? JSON.stringify({ clusters: status }) : statusText(context, status);
    if (output.interactive) output.raw(`\u001B[H\u001B[2J${text}\n`);
    else if (text !== last) output.raw(output.json ? `${text}\n` : `${text}\n\n`);
    last = text;
    await changed(context, status);
    if (io.signal.aborted) return;
    status = (await readAgain(context, options)) ?? status;
  }
}

async function readAgain(
  context: CommandContext,
  options: StatusOptions,
): Promise<readonly ClusterStatus[] | undefined> {
  try {
    return await readStatus(context, options);
  } catch (error) {
    if (!isKeelsonError(error) || !error.retryable) throw error;
    context.io.stderr.write(`keelson: ${error.message} Trying again.\n`);
    return undefined;
  }
}

/** Resolves at the next event of any cluster shown, no sooner than the shortest and no later than the longest pause. */
async function changed(context: CommandContext, status: readonly ClusterStatus[]): Promise<void> {
  const { io } = context;
  const over = new AbortController();
  const end = (): void => over.abort();
  io.signal.addEventListener('abort', end, { once: true });
  const streams = status.map(({ cluster }) => nextEvent(context, cluster.name, over.signal));
  await Promise.race([quietly(io.runtime, WATCH_REFRESH_MS, over.signal), ...streams]);
  await quietly(io.runtime, WATCH_PAUSE_MS, io.signal);
  io.signal.removeEventListener('abort', end);
  over.abort();
  await Promise.all(streams);
}

/** Resolves with the first event; where the stream cannot be had, only when `signal` trips: the longest pause bounds that. */
async function nextEvent(context: CommandContext, cluster: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of context.client.events(apiPath('clusters', cluster, 'events'), { signal })) {
      if (event.event !== '') return;
    }
  } catch (error) {
    if (!isKeelsonError(error)) throw error;
  }
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function quietly(runtime: Runtime, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(runtime, ms, { signal });
  } catch (error) {
    if (!isKeelsonError(error, 'E_ABORTED')) throw error;
  }
}
