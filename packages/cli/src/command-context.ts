import { readFile } from 'node:fs/promises';
import { KeelsonError, type Runtime } from '@keelson/runtime';
import type { ClusterList } from '@keelson/server/schemas';
import type { Command } from 'commander';
import type { ApiClient } from './client/api-client.ts';
import { defaultServer } from './defaults.ts';
import { type Output, type OutputTarget, openOutput } from './output/output.ts';

/** What the process gives a command. */
export interface CommandIo extends OutputTarget {
  readonly stderr: { write(text: string): unknown };
  /** Trips on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly runtime: Runtime;
}

/** Options every command has that talks to a server. */
export interface ClientOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly json?: boolean;
  readonly timeout?: number;
}

/** What a command works with. */
export interface CommandContext {
  readonly io: CommandIo;
  readonly output: Output;
  readonly client: ApiClient;
}

/** Adds the options of a command that talks to a server. */
export function clientCommand(command: Command): Command {
  return command
    .option('--server <url>', `address of the server (KEELSON_SERVER; default ${defaultServer})`)
    .option('--token-file <file>', 'file with the token to send (or KEELSON_TOKEN with the token itself)')
    .option(
      '--ca <file>',
      "certificates to trust, PEM (KEELSON_CA), where the server's is not signed by a public authority",
    )
    .option('--timeout <ms>', 'longest wait for one answer, in milliseconds', wholeNumber('--timeout', 1))
    .option('--json', 'print JSON, for programs');
}

/** Adds the option that names the cluster. */
export function clusterCommand(command: Command): Command {
  return clientCommand(command).option(
    '-c, --cluster <name>',
    'cluster (KEELSON_CLUSTER; default: the only one there is)',
  );
}

/** A parser of whole numbers, for options. */
export function wholeNumber(
  option: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `${option} takes a whole number ${range}, not \`${text.slice(0, 50)}\`.`,
    );
  };
}

/** What a command that talks to a server works with. */
export async function openContext(io: CommandIo, options: ClientOptions): Promise<CommandContext> {
  const caFile = options.ca ?? io.env.KEELSON_CA;
  const token = options.tokenFile === undefined ? io.env.KEELSON_TOKEN : await readToken(options.tokenFile);
  // Not with the command line itself: most of its start would be the platform's HTTP.
  const { ApiClient } = await import('./client/api-client.ts');
  const client = new ApiClient({
    server: options.server ?? io.env.KEELSON_SERVER ?? defaultServer,
    runtime: io.runtime,
    ...(token === undefined || token === '' ? {} : { token }),
    ...(caFile === undefined ? {} : { ca: await readText(caFile, '--ca') }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
  });
  return { io, client, output: openOutput(io, options.json === true) };
}

/** The cluster a command is about: named, or the only one there is. */
export async function chosenCluster(context: CommandContext, options: { readonly cluster?: string }): Promise<string> {
  const named = options.cluster ?? context.io.env.KEELSON_CLUSTER;
  if (named !== undefined && named !== '') return named;
  const { clusters } = await context.client.get<ClusterList>('/api/v1/clusters');
  const [first, ...others] = clusters;
  if (first === undefined)
    throw new KeelsonError(
      'E_NOT_FOUND',
      'The server has no cluster yet. Make one with `keelson cluster create <name>`.',
    );
  if (others.length === 0) return first.name;
  const names = clusters.slice(0, 10).map((cluster) => cluster.name);
  throw new KeelsonError(
    'E_INVALID_ARGUMENT',
    `The server has ${clusters.length} clusters (${names.join(', ')}${clusters.length > 10 ? ', …' : ''}). Say which with --cluster.`,
  );
}

/** Reads a file named by an option. */
export async function readText(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new KeelsonError('E_INVALID_ARGUMENT', `${option}: cannot read ${file} (${reason}).`, { cause });
  }
}

/** The first token of a token file: the same file can be given to the server and to its clients. */
async function readToken(file: string): Promise<string> {
  const lines = (await readText(file, '--token-file')).split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('#'));
  if (first === undefined) throw new KeelsonError('E_INVALID_ARGUMENT', `--token-file: ${file} holds no token.`);
  return first.slice(first.indexOf(':') + 1);
}
