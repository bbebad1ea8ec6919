import type { StateModel, StateModelList } from '@keelson/server/schemas';
import type { Command } from 'commander';
import { apiPath } from '../client/api-path.ts';
import {
  type ClientOptions,
  type CommandIo,
  chosenCluster,
  clusterCommand,
  openContext,
  readText,
} from '../command-context.ts';
import { type Style, table } from '../output/table.ts';
import { parseJsonObject } from '../parse.ts';

interface ClusterOptions extends ClientOptions {
  readonly cluster?: string;
}

/** `keelson state-model …` */
export function registerStateModel(program: Command, io: CommandIo): void {
  const model = program.command('state-model').description('list, create and drop state models');
  clusterCommand(model.command('ls').description('list the state models')).action(async (options: ClusterOptions) => {
    const context = await openContext(io, options);
    const list = await context.client.get<StateModelList>(
      apiPath('clusters', await chosenCluster(context, options), 'state-models'),
    );
    context.output.result(list, ({ stateModels }) => modelTable(stateModels, context.output.style));
  });
  clusterCommand(model.command('describe <model>').description('show one state model')).action(
    async (name: string, options: ClusterOptions) => {
      const context = await openContext(io, options);
      const path = apiPath('clusters', await chosenCluster(context, options), 'state-models', name);
      const found = await context.client.get<StateModel>(path);
      context.output.result(found, () => describe(found, context.output.style));
    },
  );
  clusterCommand(model.command('create <model>').description('create a state model out of a JSON file'))
    .requiredOption('--file <file>', 'the definition as the HTTP API takes it: initialState, states, transitions')
    .action(async (name: string, options: ClusterOptions & { readonly file: string }) => {
      const context = await openContext(io, options);
      const path = apiPath('clusters', await chosenCluster(context, options), 'state-models', name);
      const body = parseJsonObject(await readText(options.file, '--file'), options.file);
      const created = await context.client.send<StateModel>('PUT', path, { body, headers: { 'if-none-match': '*' } });
      context.output.result(created.body, () => `State model ${name} is created.`);
    });
  clusterCommand(model.command('drop <model>').description('drop a state model that no resource uses')).action(
    async (name: string, options: ClusterOptions) => {
      const context = await openContext(io, options);
      await context.client.send(
        'DELETE',
        apiPath('clusters', await chosenCluster(context, options), 'state-models', name),
      );
      context.output.result({ dropped: name }, () => `State model ${name} is dropped.`);
    },
  );
}

function modelTable(models: readonly StateModel[], style: Style): string {
  return table(
    models,
    [
      { title: 'model', value: (one) => one.name },
      { title: 'initial', value: (one) => one.initialState },
      { title: 'states', value: (one) => one.states.map((state) => state.name).join(', ') },
      { title: 'built in', value: (one) => (one.builtIn ? 'yes' : 'no') },
    ],
    style,
  );
}

function describe(model: StateModel, style: Style): string {
  const states = table(
    model.states,
    [
      { title: 'state', value: (one) => one.name },
      { title: 'count', value: (one) => one.count, align: 'right' },
    ],
    style,
  );
  const transitions = table(
    model.transitions,
    [
      { title: 'from', value: (one) => one.from },
      { title: 'to', value: (one) => one.to },
    ],
    style,
  );
  return `${style(model.name, 'bold')}, begins in ${model.initialState}\n\n${states}\n\n${transitions}`;
}
