import type { ClusterDetail, ClusterList, ClusterSummary } from '@keelson/server/schemas';
import type { Command } from 'commander';
import { apiPath } from '../client/api-path.ts';
import { type ClientOptions, type CommandIo, clientCommand, openContext } from '../command-context.ts';
import { type Column, facts, type Style, table } from '../output/table.ts';
import { parseAssignments } from '../parse.ts';

interface CreateOptions extends ClientOptions {
  readonly config?: readonly string[];
  readonly autoJoin?: boolean;
}

/** `keelson cluster …` */
export function registerCluster(program: Command, io: CommandIo): void {
  const cluster = program.command('cluster').description('list, create, change and drop clusters');
  clientCommand(cluster.command('ls').description('list the clusters')).action(async (options: ClientOptions) => {
    const { client, output } = await openContext(io, options);
    const list = await client.get<ClusterList>(apiPath('clusters'));
    output.result(list, ({ clusters }) =>
      clusters.length === 0
        ? 'No clusters yet. Make one with `keelson cluster create <name>`.'
        : table(clusters, clusterColumns, output.style),
    );
  });
  clientCommand(cluster.command('describe <name>').description('show one cluster with its configuration')).action(
    async (name: string, options: ClientOptions) => {
      const { client, output } = await openContext(io, options);
      const detail = await client.get<ClusterDetail>(apiPath('clusters', name));
      output.result(detail, () => describe(detail, output.style));
    },
  );
  clientCommand(cluster.command('create <name>').description('create an empty cluster'))
    .option('--auto-join', 'let instances add themselves when they join')
    .option('--config <field=value...>', 'configuration, named as Apache Helix names it')
    .action(async (name: string, options: CreateOptions) => {
      const { client, output } = await openContext(io, options);
      const config = parseAssignments(options.config ?? [], '--config');
      const body = { config: options.autoJoin === true ? { allowParticipantAutoJoin: 'true', ...config } : config };
      const headers = { 'if-none-match': '*' };
      const created = await client.send<ClusterDetail>('PUT', apiPath('clusters', name), { body, headers });
      output.result(created.body, () => `Cluster ${name} is created.`);
    });
  clientCommand(
    cluster.command('drop <name>').description('drop a cluster without live instances, with all it holds'),
  ).action(async (name: string, options: ClientOptions) => {
    const { client, output } = await openContext(io, options);
    await client.send('DELETE', apiPath('clusters', name));
    output.result({ dropped: name }, () => `Cluster ${name} is dropped.`);
  });
  registerPause(cluster, io);
}

function registerPause(cluster: Command, io: CommandIo): void {
  const change = async (
    name: string,
    paused: boolean,
    options: ClientOptions & { readonly reason?: string },
  ): Promise<void> => {
    const { client, output } = await openContext(io, options);
    const body = { paused, ...(options.reason === undefined ? {} : { reason: options.reason }) };
    const changed = await client.send<ClusterDetail>('PATCH', apiPath('clusters', name), { body });
    output.result(
      changed.body,
      () => `Cluster ${name} is ${paused ? 'paused: its controller sends no transitions' : 'no longer paused'}.`,
    );
  };
  clientCommand(cluster.command('pause <name>').description('stop sending transitions; what is placed keeps serving'))
    .option('--reason <text>', 'why, for whoever looks next')
    .action((name: string, options: ClientOptions & { readonly reason?: string }) => change(name, true, options));
  clientCommand(cluster.command('resume <name>').description('end a pause')).action(
    (name: string, options: ClientOptions) => change(name, false, options),
  );
}

/** The columns of a list of clusters. */
export const clusterColumns: readonly Column<ClusterSummary>[] = [
  { title: 'cluster', value: (one) => one.name },
  { title: 'leader', value: (one) => one.leader?.name ?? '-' },
  { title: 'live', value: (one) => `${one.instances.live}/${one.instances.total}`, align: 'right' },
  { title: 'resources', value: (one) => String(one.resources), align: 'right' },
  { title: 'partitions', value: (one) => `${one.partitions.withTopState}/${one.partitions.total}`, align: 'right' },
  { title: 'replicas', value: (one) => `${one.replicas.placed}/${one.replicas.wanted}`, align: 'right' },
  { title: 'errors', value: (one) => String(one.partitions.inError), align: 'right' },
  { title: 'state', value: clusterState },
];

/** One word for how a cluster is. */
export function clusterState(cluster: ClusterSummary): string {
  if (cluster.paused) return 'paused';
  if (cluster.leader === null) return 'without a leader';
  return cluster.converged ? 'converged' : 'changing';
}

function describe(detail: ClusterDetail, style: Style): string {
  const config = Object.entries(detail.config).map(
    ([field, value]) => [`config ${field}`, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return facts(
    [
      ['cluster', detail.name],
      ['state', clusterState(detail)],
      ['leader', detail.leader === null ? '-' : detail.leader.name],
      [
        'instances',
        `${detail.instances.live} live, ${detail.instances.enabled} enabled, ${detail.instances.total} in all`,
      ],
      ['resources', String(detail.resources)],
      [
        'partitions',
        `${detail.partitions.withTopState} of ${detail.partitions.total} in their top state, ${detail.partitions.inError} in error`,
      ],
      ['replicas', `${detail.replicas.placed} of ${detail.replicas.wanted} placed`],
      ...config,
    ],
    style,
  );
}
