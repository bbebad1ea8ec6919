import { KeelsonError } from '@keelson/runtime';
import type { LogLevel } from '@keelson/server';
import { type Command, Option } from 'commander';
import { wholeNumber } from './command-context.ts';
import { DEFAULT_ETCD_PORT, DEFAULT_HTTP_PORT } from './defaults.ts';

/** Options of `keelson server` and `keelson start`, after flags and environment. */
export interface ServerFlags {
  readonly host: string;
  readonly httpPort?: number;
  readonly etcdPort?: number;
  readonly dataDir: string;
  readonly store?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tokenFile?: string;
  readonly allowedHost?: readonly string[];
  /** `--no-controller` */
  readonly controller: boolean;
  readonly controllerName?: string;
  readonly sessionTtl: number;
  readonly logLevel: LogLevel;
  readonly json?: boolean;
}

const port = (name: string): ((text: string) => number) => wholeNumber(name, 0, 65_535);

const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Adds the options of a server to a command. Flags win over `KEELSON_*` variables, these over defaults. */
export function serverCommand(command: Command): Command {
  const options = [
    new Option(
      '--host <host>',
      'where to listen; beyond this machine it wants --tls-cert, --tls-key and --token-file',
    ).default('127.0.0.1'),
    new Option(
      '--http-port <port>',
      `port of the HTTP API and console, 0: any free one (default ${DEFAULT_HTTP_PORT})`,
    ).argParser(port('--http-port')),
    new Option(
      '--etcd-port <port>',
      `port of the etcd v3 API, 0: any free one (default ${DEFAULT_ETCD_PORT})`,
    ).argParser(port('--etcd-port')),
    new Option('--data-dir <folder>', 'where the embedded store keeps its data').default('.keelson').argParser(folder),
    new Option(
      '--store <url>',
      'store to use instead of the embedded one: etcd://host:port,…[/prefix], zookeeper://host:port,…[/chroot], or memory: (nothing is kept)',
    ),
    new Option('--tls-cert <file>', 'certificate chain, PEM; HTTP and etcd API are then encrypted'),
    new Option('--tls-key <file>', 'private key of the certificate, PEM'),
    new Option(
      '--token-file <file>',
      'one `user:token` per line: bearer tokens of the HTTP API, users and passwords of the etcd API',
    ),
    new Option('--allowed-host <name...>', 'further host names this server answers for'),
    new Option('--no-controller', 'decide nothing here: controllers run elsewhere'),
    new Option('--controller-name <name>', 'name of the controller in elections (default host and port)'),
    new Option('--session-ttl <ms>', "how long the controller's session outlives silence, in milliseconds")
      .default(3_000)
      .argParser(wholeNumber('--session-ttl', 500, 600_000)),
    new Option('--log-level <level>', `${logLevels.join(', ')}; logs go to standard error`)
      .default('warn')
      .argParser(logLevel),
    new Option('--json', 'print JSON, one object a line, for programs'),
  ];
  for (const option of options) {
    const name = option
      .attributeName()
      .replace(/[A-Z]/g, (letter) => `_${letter}`)
      .toUpperCase();
    command.addOption(
      option.long === '--json' || option.negate || option.variadic ? option : option.env(`KEELSON_${name}`),
    );
  }
  return command;
}

/** Settings of `--no-controller` and of lists, which commander does not read from the environment. */
export function withEnvironment<Flags extends ServerFlags>(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
): Flags {
  const hosts = env.KEELSON_ALLOWED_HOST;
  return {
    ...flags,
    controller: flags.controller && !isFalse(env.KEELSON_CONTROLLER),
    ...(flags.allowedHost === undefined && hosts !== undefined ? { allowedHost: hosts.split(',') } : {}),
    ...(env.KEELSON_JSON !== undefined && !isFalse(env.KEELSON_JSON) ? { json: true } : {}),
  };
}

/** Whether a variable says no. */
export function isFalse(value: string | undefined): boolean {
  return value !== undefined && ['0', 'false', 'no', 'off', ''].includes(value.toLowerCase());
}

function folder(text: string): string {
  if (text !== '') return text;
  throw new KeelsonError('E_INVALID_ARGUMENT', '--data-dir takes a folder, not nothing.');
}

function logLevel(text: string): LogLevel {
  const known = logLevels.find((level) => level === text);
  if (known !== undefined) return known;
  throw new KeelsonError(
    'E_INVALID_ARGUMENT',
    `--log-level takes ${logLevels.join(', ')}, not \`${text.slice(0, 50)}\`.`,
  );
}
