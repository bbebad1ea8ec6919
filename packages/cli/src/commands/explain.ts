import type { ExplainedReplica, PartitionExplanation } from '@keelson/server/schemas';
import type { Command } from 'commander';
import { apiPath } from '../client/api-path.ts';
import { type ClientOptions, type CommandIo, chosenCluster, clusterCommand, openContext } from '../command-context.ts';
import { type Style, table } from '../output/table.ts';
import { timeText } from '../output/time.ts';

/** `keelson explain <resource> <partition>` */
export function registerExplain(program: Command, io: CommandIo): void {
  clusterCommand(
    program
      .command('explain <resource> <partition>')
      .description('say where each replica of a partition is, why there, and what it waits for'),
  ).action(async (resource: string, partition: string, options: ClientOptions & { readonly cluster?: string }) => {
    const context = await openContext(io, options);
    const base = apiPath('clusters', await chosenCluster(context, options), 'explain');
    const query = `resource=${encodeURIComponent(resource)}&partition=${encodeURIComponent(partition)}`;
    const explanation = await context.client.get<PartitionExplanation>(`${base}?${query}`);
    context.output.result(explanation, () => explanationText(explanation, context.output.style));
  });
}

/** An explanation for people. */
export function explanationText(explanation: PartitionExplanation, style: Style): string {
  const title = `${explanation.resource} / ${explanation.partition}`;
  const head = explanation.topStateMissing
    ? `${style(title, 'bold')}: ${style('no replica is in the top state', 'red')}`
    : style(title, 'bold');
  const replicas =
    explanation.replicas.length === 0
      ? 'No replicas, and none wanted now.'
      : table(
          explanation.replicas,
          [
            { title: 'instance', value: (one) => one.instance },
            { title: 'state', value: (one) => one.state ?? '-' },
            { title: 'wanted', value: (one) => one.wanted ?? 'none: it is to go' },
            { title: 'since', value: (one) => timeText(one.sinceMs) },
            { title: 'token', value: (one) => one.fencingToken ?? '-', align: 'right' },
            { title: 'why', value: whyText },
          ],
          style,
        );
  if (explanation.notHere.length === 0) return `${head}\n\n${replicas}`;
  const others = table(
    explanation.notHere,
    [
      { title: 'not on', value: (one) => one.instance },
      { title: 'why', value: (one) => one.reason.text },
    ],
    style,
  );
  return `${head}\n\n${replicas}\n\n${others}`;
}

function whyText(replica: ExplainedReplica): string {
  const pending = replica.pending === undefined ? '' : ` Under way: ${replica.pending.from} to ${replica.pending.to}.`;
  const waiting = replica.waitingFor === undefined ? '' : ` Waits: ${replica.waitingFor.text}`;
  return `${replica.reason.text}${pending}${waiting}`;
}
