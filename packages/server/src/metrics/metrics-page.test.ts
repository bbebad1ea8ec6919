import { readFileSync } from 'node:fs';
import {
  coordination,
  coordinationInstruments,
  eventLog,
  meteredCoordination,
  meteredEventLog,
  meteredStore,
} from '@keelson/coordination';
import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import { memoryStore } from '@keelson/store/memory';
import { expect, test } from 'vitest';
import { ClusterDirectory } from '../clusters/cluster-directory.ts';
import { addClusterMetrics } from '../clusters/cluster-metrics.ts';
import { CoordinationGauges, coordinationGauges } from './coordination-gauges.ts';
import { pageName } from './registry-meter.ts';
import { addEtcdApiMetrics, addStoreMetrics, createServerMetrics } from './server-metrics.ts';

const root = new URL('../../../../', import.meta.url);

function everything(runtime: VirtualRuntime) {
  const metrics = createServerMetrics(runtime);
  const bare = memoryStore(runtime);
  const { meter, registry } = metrics;
  const store = meteredStore(bare, { runtime, meter });
  addStoreMetrics(registry, store);
  addEtcdApiMetrics(registry, () => undefined);
  addClusterMetrics(registry, new ClusterDirectory({ store, runtime }), () => false);
  const gauges = new CoordinationGauges(registry, bare, runtime);
  return { bare, store, meter, registry, gauges };
}

/** The rows of the tables: name, name on the page, type, unit, attributes. */
function documented(): { name: string; page: string; type: string; unit: string; attributes: string[] }[] {
  const text = readFileSync(new URL('docs/reference/metrics.md', root), 'utf8');
  const rows = text.matchAll(/^\| `(keelson[^`]*)` \| `([^`]*)` \| ([a-z-]+) \| `([^`]*)` \| (.*?) \|/gm);
  return Array.from(rows, ([, name = '', page = '', type = '', unit = '', attributes = '']) => ({
    name,
    page,
    type,
    unit,
    attributes: Array.from(attributes.matchAll(/`([^`]+)`/g), ([, attribute = '']) => attribute),
  }));
}

const pageType = (type: string): 'counter' | 'gauge' | 'histogram' =>
  type === 'counter' || type === 'histogram' ? type : 'gauge';

test('the reference names every metric of the page, and no other, with its type and unit', () => {
  const { registry } = everything(virtualRuntime({ seed: 1 }));
  const rows = documented();
  expect(rows.map(({ page, type }) => `${page} ${pageType(type)}`).sort()).toEqual(
    registry
      .families()
      .map(({ name, type }) => `${name} ${type}`)
      .sort(),
  );
  for (const { name, page, type, unit } of rows) expect(page).toBe(pageName(name, pageType(type), unit));
});

test('the reference says of the instruments of coordination what the code says', () => {
  const rows = new Map(documented().map((row) => [row.name, row]));
  for (const [name, { type, unit, attributes }] of Object.entries(coordinationInstruments))
    expect(rows.get(name)).toMatchObject({ type, unit, attributes });
  for (const [name, { unit, attributes }] of Object.entries(coordinationGauges))
    expect(rows.get(name)).toMatchObject({ type: 'gauge', unit, attributes });
});

test('the dashboard asks for metrics that there are, by labels that they have', () => {
  const dashboard = readFileSync(new URL('dashboards/keelson.json', root), 'utf8');
  const expressions = Array.from(
    dashboard.matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g),
    ([, expression = '']) => JSON.parse(`"${expression}"`) as string,
  );
  const labels = new Map<string, Set<string>>();
  for (const { page, type, attributes } of documented()) {
    const names = new Set(attributes.map((attribute) => attribute.replaceAll('.', '_')));
    const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes) labels.set(page + suffix, suffix === '_bucket' ? new Set([...names, 'le']) : names);
  }
  expect(expressions.length).toBeGreaterThan(10);
  for (const expression of expressions) {
    const used = expression.match(/keelson_[a-z_]+/g) ?? [];
    expect(used.length).toBeGreaterThan(0);
    for (const metric of used) expect([metric, labels.has(metric)]).toEqual([metric, true]);
    const allowed = new Set(['instance', 'job', ...used.flatMap((metric) => [...(labels.get(metric) ?? [])])]);
    const grouped = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/, */));
    for (const label of grouped) expect([expression, label, allowed.has(label)]).toEqual([expression, label, true]);
  }
});

test('what recipes do is on the page', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const { bare, store, meter, registry, gauges } = everything(runtime);
  const session = await runtime.drive(store.openSession({ ttlMs: 3_000 }));
  const recipes = meteredCoordination(coordination({ store, session, runtime, host: 'h', pid: 1 }), { runtime, meter });
  const held = await runtime.drive(recipes.lock('invoices').acquire());
  const waiting = recipes.lock('invoices').acquire({ timeoutMs: 4_000 });
  waiting.catch(() => {});
  await runtime.drive(recipes.election('boss').campaign());
  await runtime.drive(recipes.group('workers').join('w1'));
  const topic = meteredEventLog(eventLog({ store, runtime }), { runtime, meter }).topic('news');
  await runtime.drive(topic.publish('hello'));
  for await (const item of topic.subscribe({ from: 'beginning' })) {
    expect(item.type).toBe('event');
    break;
  }
  await runtime.advance(2_000);
  await runtime.drive(gauges.refresh());
  const lines = registry.text().split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'keelson_lock_waiting{kind="lock"} 1',
      'keelson_lock_queue_length{kind="lock",name="invoices"} 1',
      'keelson_lock_holders{kind="lock",name="invoices"} 1',
      'keelson_election_term{name="boss"} 1',
      'keelson_group_members{name="workers"} 1',
      'keelson_event_publishes_total{outcome="ok"} 1',
      'keelson_event_deliveries_total 1',
      'keelson_event_retained{topic="news"} 1',
    ]),
  );
  await runtime.drive(held.release());
  await runtime.drive(waiting);
  expect(registry.text()).toContain('keelson_lock_acquisitions_total{kind="lock",outcome="ok"} 2');
  expect(registry.text()).toContain('keelson_lock_hold_duration_seconds_count{kind="lock"} 1');
  bare.faults.disconnect();
  await runtime.advance(5_000);
  const lost = registry.text();
  expect(lost).toContain('keelson_lock_losses_total{kind="lock",error_type="E_SESSION_EXPIRED"} 1');
  expect(lost).toContain('keelson_election_losses_total{error_type="E_SESSION_EXPIRED"} 1');
  expect(lost).toContain('keelson_store_session_losses_total{error_type="E_SESSION_EXPIRED"} 1');
});

test('several locks at once are one acquisition and as many holds, and barriers count too', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const { bare, store, meter, registry } = everything(runtime);
  const session = await runtime.drive(store.openSession({ ttlMs: 3_000 }));
  const recipes = meteredCoordination(coordination({ store, session, runtime, host: 'h', pid: 1 }), { runtime, meter });
  const held = await runtime.drive(recipes.acquireAll([{ name: 'a' }, { name: 'b' }]));
  await runtime.drive(held.release());
  await runtime.drive(Promise.all([recipes.barrier('gate', 2).pass(), recipes.barrier('gate', 2).enter()]));
  await runtime.drive(
    recipes
      .barrier('door', 2)
      .enter({ timeoutMs: 500 })
      .catch(() => {}),
  );
  bare.faults.disconnect();
  await runtime.advance(5_000);
  expect(registry.text().split('\n')).toEqual(
    expect.arrayContaining([
      'keelson_lock_acquisitions_total{kind="lock",outcome="ok"} 1',
      'keelson_lock_hold_duration_seconds_count{kind="lock"} 2',
      'keelson_lock_waiting{kind="lock"} 0',
      'keelson_barrier_passes_total{outcome="ok"} 2',
      'keelson_barrier_passes_total{outcome="E_TIMEOUT"} 1',
      'keelson_barrier_wait_duration_seconds_count 2',
      'keelson_barrier_losses_total{error_type="E_SESSION_EXPIRED"} 1',
    ]),
  );
});
