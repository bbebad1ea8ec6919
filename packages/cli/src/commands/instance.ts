import { KeelsonError } from '@keelson/runtime';
import type { Instance, InstanceList } from '@keelson/server/schemas';
import type { Command } from 'commander';
import { apiPath } from '../client/api-path.ts';
import {
  type ClientOptions,
  type CommandIo,
  chosenCluster,
  clusterCommand,
  openContext,
  wholeNumber,
} from '../command-context.ts';
import { type Column, facts, type Style, table } from '../output/table.ts';
import { timeText } from '../output/time.ts';

interface ClusterOptions extends ClientOptions {
  readonly cluster?: string;
}

interface AddOptions extends ClusterOptions {
  readonly host?: string;
  readonly port?: number;
  readonly tag?: readonly string[];
  readonly domain?: string;
  readonly disabled?: boolean;
}

interface EnableOptions extends ClusterOptions {
  readonly reason?: string;
  readonly resource?: string;
  readonly partition?: readonly string[];
}

/** `keelson instance …` */
export function registerInstance(program: Command, io: CommandIo): void {
  const instance = program.command('instance').description('list, add, remove, enable and disable instances');
  clusterCommand(instance.command('ls').description('list the instances')).action(async (options: ClusterOptions) => {
    const context = await openContext(io, options);
    const list = await context.client.get<InstanceList>(
      apiPath('clusters', await chosenCluster(context, options), 'instances'),
    );
    context.output.result(list, ({ instances }) => table(instances, instanceColumns, context.output.style));
  });
  clusterCommand(instance.command('describe <instance>').description('show one instance')).action(
    async (name: string, options: ClusterOptions) => {
      const context = await openContext(io, options);
      const path = apiPath('clusters', await chosenCluster(context, options), 'instances', name);
      const found = await context.client.get<Instance>(path);
      context.output.result(found, () => describe(found, context.output.style));
    },
  );
  registerAdd(instance, io);
  clusterCommand(instance.command('remove <instance>').description('remove an instance that is not live')).action(
    async (name: string, options: ClusterOptions) => {
      const context = await openContext(io, options);
      await context.client.send(
        'DELETE',
        apiPath('clusters', await chosenCluster(context, options), 'instances', name),
      );
      context.output.result({ removed: name }, () => `Instance ${name} is removed.`);
    },
  );
  registerEnable(instance, io, true);
  registerEnable(instance, io, false);
  registerReset(instance, io);
}

function registerAdd(instance: Command, io: CommandIo): void {
  clusterCommand(instance.command('add <instance>').description('declare an instance, so that it may join'))
    .option('--host <host>', 'host it serves on')
    .option('--port <port>', 'port it serves on', wholeNumber('--port', 0, 65_535))
    .option('--tag <tag...>', 'tags')
    .option('--domain <domain>', 'place in the topology, zone=z1,rack=r2')
    .option('--disabled', 'without replicas until it is enabled')
    .action(async (name: string, options: AddOptions) => {
      const context = await openContext(io, options);
      const body = {
        ...(options.host === undefined ? {} : { host: options.host }),
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(options.tag === undefined ? {} : { tags: options.tag }),
        ...(options.domain === undefined ? {} : { domain: options.domain }),
        ...(options.disabled === true ? { enabled: false } : {}),
      };
      const path = apiPath('clusters', await chosenCluster(context, options), 'instances', name);
      const added = await context.client.send<Instance>('PUT', path, { body, headers: { 'if-none-match': '*' } });
      context.output.result(added.body, () => `Instance ${name} is added.`);
    });
}

function registerEnable(instance: Command, io: CommandIo, enabled: boolean): void {
  const verb = enabled ? 'enable' : 'disable';
  const what = enabled ? 'let an instance hold replicas again' : 'take the replicas away from an instance, in order';
  const command = clusterCommand(instance.command(`${verb} <instance>`).description(what))
    .option('--resource <resource>', 'only partitions of this resource')
    .option('--partition <partition...>', 'only these partitions of --resource');
  if (!enabled) command.option('--reason <text>', 'why, for whoever looks next');
  command.action(async (name: string, options: EnableOptions) => {
    assertWhole(options);
    const context = await openContext(io, options);
    const path = apiPath('clusters', await chosenCluster(context, options), 'instances', name);
    const body =
      options.resource === undefined
        ? { enabled, ...(options.reason === undefined ? {} : { reason: options.reason }) }
        : { disabledPartitions: await changedPartitions(context.client.get<Instance>(path), options, enabled) };
    const changed = await context.client.send<Instance>('PATCH', path, { body });
    context.output.result(
      changed.body,
      () =>
        `Instance ${name} is ${verb}d${options.resource === undefined ? '' : ` for partitions of ${options.resource}`}.`,
    );
  });
}

/** What concerns partitions must not be taken for the whole instance, nor what concerns the whole be dropped. */
function assertWhole({ resource, partition, reason }: EnableOptions): void {
  if (resource === undefined && partition !== undefined)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      '--partition wants the resource of the partitions: give --resource too.',
    );
  if (resource !== undefined && reason !== undefined)
    throw new KeelsonError('E_INVALID_ARGUMENT', 'A reason is kept for a whole instance only: leave --reason out.');
}

async function changedPartitions(
  current: Promise<Instance>,
  options: EnableOptions,
  enabled: boolean,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const resource = options.resource ?? '';
  if (!enabled && options.partition === undefined)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      'Disabling part of a resource needs its partitions: give --partition.',
    );
  const before = (await current).disabledPartitions[resource] ?? [];
  const named = new Set(options.partition ?? []);
  if (enabled)
    return { [resource]: options.partition === undefined ? [] : before.filter((partition) => !named.has(partition)) };
  return { [resource]: [...new Set([...before, ...named])] };
}

function registerReset(instance: Command, io: CommandIo): void {
  clusterCommand(
    instance.command('reset <instance>').description('take partitions out of ERROR, back to the initial state'),
  )
    .requiredOption('--resource <resource>', 'resource of the partitions')
    .requiredOption('--partition <partition...>', 'the partitions')
    .action(
      async (
        name: string,
        options: ClusterOptions & { readonly resource: string; readonly partition: readonly string[] },
      ) => {
        const context = await openContext(io, options);
        const path = apiPath('clusters', await chosenCluster(context, options), 'instances', name, 'reset');
        const body = { resource: options.resource, partitions: options.partition };
        await context.client.send('POST', path, { body });
        context.output.result(
          { reset: options.partition },
          () => `Reset is requested for ${options.partition.length} partitions of ${options.resource} on ${name}.`,
        );
      },
    );
}

/** The columns of a list of instances. */
export const instanceColumns: readonly Column<Instance>[] = [
  { title: 'instance', value: (one) => one.name },
  { title: 'address', value: addressText },
  { title: 'live', value: (one) => (one.live ? 'yes' : 'no') },
  { title: 'since', value: (one) => timeText(one.liveSinceMs) },
  {
    title: 'enabled',
    value: (one) => (one.enabled ? 'yes' : `no${one.disabledReason === null ? '' : `: ${one.disabledReason}`}`),
  },
  { title: 'replicas', value: (one) => countsText(one.states) },
  { title: 'pending', value: (one) => String(one.pendingTransitions), align: 'right' },
];

/** `MASTER 10, SLAVE 19` */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([state, count]) => `${state} ${count}`);
  return parts.length === 0 ? '-' : parts.join(', ');
}

function addressText(instance: Instance): string {
  if (instance.host === null) return '-';
  return instance.port === null ? instance.host : `${instance.host}:${instance.port}`;
}

function describe(instance: Instance, style: Style): string {
  const disabled = Object.entries(instance.disabledPartitions).map(
    ([resource, partitions]) => [`disabled in ${resource}`, partitions.join(', ')] as const,
  );
  return facts(
    [
      ['instance', instance.name],
      ['address', addressText(instance)],
      ['live', instance.live ? `since ${timeText(instance.liveSinceMs)}` : 'no'],
      ['session', instance.sessionId ?? '-'],
      [
        'enabled',
        instance.enabled ? 'yes' : `no${instance.disabledReason === null ? '' : ` (${instance.disabledReason})`}`,
      ],
      ['tags', instance.tags.join(', ') || '-'],
      ['domain', instance.domain ?? '-'],
      ['replicas', countsText(instance.states)],
      ['pending', `${instance.pendingTransitions} transitions`],
      ...disabled,
    ],
    style,
  );
}
