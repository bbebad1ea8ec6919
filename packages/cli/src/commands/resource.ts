import { KeelsonError } from '@keelson/runtime';
import type { IdealStateView, Resource, ResourceList } from '@keelson/server/schemas';
import type { Command } from 'commander';
import { apiPath } from '../client/api-path.ts';
import {
  type ClientOptions,
  type CommandIo,
  chosenCluster,
  clusterCommand,
  openContext,
  readText,
  wholeNumber,
} from '../command-context.ts';
import { type Column, facts, type Style, table } from '../output/table.ts';
import { parseJsonObject, parseReplicas } from '../parse.ts';
import { countsText } from './instance.ts';

interface ClusterOptions extends ClientOptions {
  readonly cluster?: string;
}

interface CreateOptions extends ClusterOptions {
  readonly partitions?: number;
  readonly replicas?: number | 'ANY_LIVEINSTANCE';
  readonly stateModel?: string;
  readonly mode?: string;
  readonly tag?: string;
  readonly minActiveReplicas?: number;
  readonly disabled?: boolean;
  readonly file?: string;
}

/** `keelson resource …` */
export function registerResource(program: Command, io: CommandIo): void {
  const resource = program.command('resource').description('list, create, change and drop resources');
  clusterCommand(resource.command('ls').description('list the resources')).action(async (options: ClusterOptions) => {
    const context = await openContext(io, options);
    const list = await context.client.get<ResourceList>(
      apiPath('clusters', await chosenCluster(context, options), 'resources'),
    );
    context.output.result(list, ({ resources }) => table(resources, resourceColumns, context.output.style));
  });
  clusterCommand(
    resource.command('describe <resource>').description('show one resource and its declared placement'),
  ).action(async (name: string, options: ClusterOptions) => {
    const context = await openContext(io, options);
    const cluster = await chosenCluster(context, options);
    const found = await context.client.get<Resource>(apiPath('clusters', cluster, 'resources', name));
    const ideal = await context.client.get<IdealStateView>(
      apiPath('clusters', cluster, 'resources', name, 'ideal-state'),
    );
    context.output.result({ ...found, idealState: ideal.partitions }, () =>
      describe(found, ideal, context.output.style),
    );
  });
  registerCreate(resource, io);
  clusterCommand(
    resource.command('drop <resource>').description('drop a resource: its replicas leave their instances'),
  ).action(async (name: string, options: ClusterOptions) => {
    const context = await openContext(io, options);
    await context.client.send('DELETE', apiPath('clusters', await chosenCluster(context, options), 'resources', name));
    context.output.result({ dropped: name }, () => `Resource ${name} is dropped.`);
  });
  registerEnable(resource, io, true);
  registerEnable(resource, io, false);
  registerRebalance(resource, io);
}

function registerCreate(resource: Command, io: CommandIo): void {
  clusterCommand(resource.command('create <resource>').description('create a resource'))
    .option('--partitions <number>', 'number of partitions', wholeNumber('--partitions', 1))
    .option('--replicas <number|any>', 'replicas of each partition; any: one on every live instance', parseReplicas)
    .option('--state-model <name>', 'state model: MasterSlave, LeaderStandby, OnlineOffline or one of your own')
    .option('--mode <mode>', 'FULL_AUTO, SEMI_AUTO or CUSTOMIZED (default FULL_AUTO)')
    .option('--tag <tag>', 'only on instances with this tag')
    .option('--min-active-replicas <number>', 'replicas that must stay active', wholeNumber('--min-active-replicas', 0))
    .option('--disabled', 'without replicas until it is enabled')
    .option('--file <file>', 'the whole declaration as JSON, as the HTTP API takes it; options given beside it win')
    .action(async (name: string, options: CreateOptions) => {
      const context = await openContext(io, options);
      const path = apiPath('clusters', await chosenCluster(context, options), 'resources', name);
      const request = { body: await declaration(options), headers: { 'if-none-match': '*' } };
      const created = await context.client.send<Resource>('PUT', path, request);
      context.output.result(created.body, () => `Resource ${name} is created.`);
    });
}

async function declaration(options: CreateOptions): Promise<Readonly<Record<string, unknown>>> {
  const file = options.file === undefined ? {} : parseJsonObject(await readText(options.file, '--file'), options.file);
  const given = {
    partitions: options.partitions,
    replicas: options.replicas,
    stateModel: options.stateModel,
    mode: options.mode,
    tag: options.tag,
    minActiveReplicas: options.minActiveReplicas,
    enabled: options.disabled === true ? false : undefined,
  };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const body: Readonly<Record<string, unknown>> = { mode: 'FULL_AUTO', ...file, ...named };
  const missing = ['partitions', 'replicas', 'stateModel'].filter((field) => body[field] === undefined);
  if (missing.length > 0)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `A resource needs ${missing.map((field) => `--${field === 'stateModel' ? 'state-model' : field}`).join(', ')}.`,
    );
  return body;
}

function registerEnable(resource: Command, io: CommandIo, enabled: boolean): void {
  const verb = enabled ? 'enable' : 'disable';
  const what = enabled
    ? 'place the replicas of a resource again'
    : 'take all replicas of a resource to the initial state';
  clusterCommand(resource.command(`${verb} <resource>`).description(what)).action(
    async (name: string, options: ClusterOptions) => {
      const context = await openContext(io, options);
      const path = apiPath('clusters', await chosenCluster(context, options), 'resources', name);
      const changed = await context.client.send<Resource>('PATCH', path, { body: { enabled } });
      context.output.result(changed.body, () => `Resource ${name} is ${verb}d.`);
    },
  );
}

function registerRebalance(resource: Command, io: CommandIo): void {
  clusterCommand(
    resource.command('rebalance <resource>').description('compute the declared placement of a resource anew'),
  )
    .option('--replicas <number|any>', 'replicas of each partition from now on', parseReplicas)
    .action(async (name: string, options: ClusterOptions & { readonly replicas?: number | 'ANY_LIVEINSTANCE' }) => {
      const context = await openContext(io, options);
      const path = apiPath('clusters', await chosenCluster(context, options), 'resources', name, 'rebalance');
      const body = options.replicas === undefined ? {} : { replicas: options.replicas };
      const changed = await context.client.send<Resource>('POST', path, { body });
      context.output.result(changed.body, () => `Resource ${name} is rebalanced.`);
    });
}

/** The columns of a list of resources. */
export const resourceColumns: readonly Column<Resource>[] = [
  { title: 'resource', value: (one) => one.name },
  { title: 'partitions', value: (one) => String(one.partitions), align: 'right' },
  {
    title: 'replicas',
    value: (one) => (one.replicas === 'ANY_LIVEINSTANCE' ? 'any' : String(one.replicas)),
    align: 'right',
  },
  { title: 'model', value: (one) => one.stateModel },
  { title: 'mode', value: (one) => one.mode },
  { title: 'enabled', value: (one) => (one.enabled ? 'yes' : 'no') },
  { title: 'states', value: (one) => countsText(one.states) },
  { title: 'state', value: (one) => (one.converged ? 'converged' : 'changing') },
];

function describe(resource: Resource, ideal: IdealStateView, style: Style): string {
  const head = facts(
    [
      ['resource', resource.name],
      ['partitions', String(resource.partitions)],
      ['replicas', String(resource.replicas)],
      ['state model', resource.stateModel],
      ['mode', resource.mode],
      ['enabled', resource.enabled ? 'yes' : 'no'],
      ['tag', resource.tag ?? '-'],
      ['states', countsText(resource.states)],
      ['state', resource.converged ? 'converged' : 'changing'],
    ],
    style,
  );
  const declared = Object.entries(ideal.partitions).filter(
    ([, partition]) => partition.preferenceList.length > 0 || partition.instanceStates !== undefined,
  );
  if (declared.length === 0) return head;
  const rows = table(
    declared,
    [
      { title: 'partition', value: ([name]) => name },
      {
        title: 'declared',
        value: ([, partition]) =>
          partition.instanceStates === undefined
            ? partition.preferenceList.join(', ')
            : Object.entries(partition.instanceStates)
                .map(([instance, state]) => `${instance} ${state}`)
                .join(', '),
      },
    ],
    style,
  );
  return `${head}\n\n${rows}`;
}
