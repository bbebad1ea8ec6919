import type { KeelsonServer } from '@keelson/server';
import { defaultServer } from '../defaults.ts';
import { printable, type Style } from '../output/table.ts';
import type { Example, ExampleEvent } from './example.ts';

/** What a server says of itself when it is up. */
export function serverText(server: KeelsonServer): string {
  return [
    'Keelson is running.',
    '',
    `  Console and HTTP API  ${server.httpAddress}`,
    ...(server.etcdAddress === undefined ? [] : [`  etcd v3 API           ${server.etcdAddress}`]),
    `  Store                 ${server.store}`,
  ].join('\n');
}

/** What runs with the example, and three things to try. */
export function exampleText(server: KeelsonServer, example: Example, style: Style): string {
  const { cluster, resource, partitions, replicas } = example.declaration;
  const workers = example.workers();
  const [victim] = workers;
  // At the default address commands find it by themselves.
  const where = server.httpAddress === defaultServer ? '' : ` --server ${server.httpAddress}`;
  return [
    serverText(server),
    '',
    `${workers.length} worker processes hold ${partitions} partitions of \`${resource}\` in cluster \`${cluster}\`, ${replicas} replicas each:`,
    '',
    ...workers.map(({ instance, pid }) => `  ${instance.padEnd(10)} pid ${pid}`),
    '',
    style('Three things to try:', 'bold'),
    '',
    `  1. Open ${server.httpAddress} in a browser.`,
    `  2. kill -9 ${victim?.pid ?? '<pid>'}  and watch the others take over at once; nothing acknowledged is lost.`,
    `     With kill -STOP it may still run: they wait for its session to end, ${example.ttlMs / 1_000} s.`,
    `  3. npx keelson explain ${resource} ${resource}_0${where}  says who holds a partition, and why;`,
    `     npx keelson status --watch${where}  shows the whole as it changes.`,
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}

/** One line about what happens in the example; `undefined`: not worth one. */
export function eventLine(event: ExampleEvent, style: Style): string | undefined {
  switch (event.event) {
    case 'worker-started':
      return `${event.instance} is up, pid ${event.pid}.`;
    case 'worker-stopped':
      return `${event.instance}, pid ${event.pid}, has ended (${event.how}). It is started again in a moment.`;
    case 'check': {
      const text = `Checked: ${event.acknowledged} lines acknowledged, ${event.lost} lost, ${event.doubled} doubled.`;
      return style(text, event.lost + event.doubled === 0 ? 'green' : 'red');
    }
    case 'complaint':
      return style(`${event.from}: ${printable(event.text)}`, 'yellow');
    default:
      return undefined;
  }
}
