import { join } from 'node:path';
import { KeelsonError } from '@keelson/runtime';
import type { CommandIo } from '../command-context.ts';
import { type Output, openOutput } from '../output/output.ts';
import { etcdHosts, type RunningServer, runServer, untilStopped } from '../run-server.ts';
import type { ServerFlags } from '../server-options.ts';
import { awaitPlacement, type Example, type ExampleEvent, loadExample } from './example.ts';
import { eventLine, exampleText, serverText } from './prose.ts';

/** What `keelson start` was told. */
export interface StartFlags extends ServerFlags {
  /** Module of the example; absent: the server alone. */
  readonly example?: string;
  readonly workers: number;
  readonly workerTtl: number;
}

/** Shortest time between two lines about the check in prose, in milliseconds; with something lost there is one at once. */
const CHECK_LINE_PERIOD_MS = 15_000;

/** Runs the server, and the example where one is given, until the process is asked to stop; then ends them in order. */
export async function start(flags: StartFlags, io: CommandIo, version: string): Promise<void> {
  const output = openOutput(io, flags.json === true);
  if (flags.example !== undefined && (flags.tokenFile !== undefined || flags.tlsCert !== undefined))
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      'The example joins without a token and without encryption. Give --no-example beside --token-file and --tls-cert.',
    );
  const server = await runServer(flags, join(flags.dataDir, 'store'), version, { anyIfTaken: true });
  try {
    if (flags.example === undefined) await serveAlone(server, output, io);
    else await serveWithExample(flags.example, { server, flags, output, io });
  } finally {
    await server.close();
  }
}

async function serveAlone(server: RunningServer, output: Output, io: CommandIo): Promise<void> {
  output.result(readyLine(server), () => `${serverText(server)}\n\nCtrl-C stops it.`);
  await untilStopped(io.signal);
  output.say('\nStopping.');
}

async function serveWithExample(
  module: string,
  { server, flags, output, io }: { server: RunningServer; flags: StartFlags; output: Output; io: CommandIo },
): Promise<void> {
  const storeUrl = server.storeUrl;
  if (storeUrl === undefined)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      'The example needs a store that other processes reach: use the embedded one or --store etcd://… or zookeeper://….',
    );
  const launchExample = await loadExample(module);
  output.say(
    `Starting the example: ${flags.workers} worker processes, a load client and a checker. This takes a few seconds.`,
  );
  const report = reporter(output, server.runtime.clock);
  const example: Example = await launchExample({
    storeUrl,
    dataDirectory: join(flags.dataDir, 'example'),
    runtime: server.runtime,
    workers: flags.workers,
    ttlMs: flags.workerTtl,
    onEvent: report.event,
  });
  try {
    await awaitPlacement(server, example.declaration.cluster, io);
    if (!io.signal.aborted) {
      const { cluster, resource } = example.declaration;
      const ready = { ...readyLine(server), cluster, resource, workers: example.workers(), ttlMs: example.ttlMs };
      output.result(ready, () => exampleText(server, example, output.style));
      report.begin();
    }
    await untilStopped(io.signal);
    output.say('\nStopping the example, then the server.');
  } finally {
    report.end();
    await example.close();
  }
}

function readyLine(server: RunningServer): Readonly<Record<string, unknown>> {
  return { event: 'ready', console: server.httpAddress, etcd: etcdHosts(server) };
}

interface Reporter {
  readonly event: (event: ExampleEvent) => void;
  /** From now on prose is written too. */
  begin(): void;
  end(): void;
}

/** Programs get every event; people what they would want to know, and only once they were told what runs. */
function reporter(output: Output, clock: { monotonicMs(): number }): Reporter {
  let telling = false;
  let ended = false;
  let lastCheckMs = Number.NEGATIVE_INFINITY;
  return {
    event: (event) => {
      if (ended) return;
      if (output.json) {
        output.result(event, () => '');
        return;
      }
      if (!telling) return;
      const bad = event.event === 'check' && event.lost + event.doubled > 0;
      if (event.event === 'check' && !bad) {
        if (clock.monotonicMs() - lastCheckMs < CHECK_LINE_PERIOD_MS) return;
        lastCheckMs = clock.monotonicMs();
      }
      const line = eventLine(event, output.style);
      if (line !== undefined) output.say(line);
    },
    begin: () => {
      telling = true;
    },
    end: () => {
      ended = true;
    },
  };
}
