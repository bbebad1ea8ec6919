import { expect, test } from 'vitest';
import { MetricsRegistry } from './registry.ts';

test('writes counters, gauges and histograms as Prometheus reads them', () => {
  const registry = new MetricsRegistry();
  const requests = registry.counter('requests_total', 'Requests.');
  requests.add({ route: '/a"b\\c\n' });
  requests.add({ route: '/a"b\\c\n' }, 2);
  registry.gauge('live', 'Live.', () => [{ labels: {}, value: 3 }]);
  const durations = registry.histogram('duration_seconds', 'Duration.');
  durations.observe({}, 0.4);
  durations.observe({}, 30);
  durations.observe({}, 60_000);
  const lines = registry.text().split('\n');
  expect(lines.slice(0, 6)).toEqual([
    '# HELP requests_total Requests.',
    '# TYPE requests_total counter',
    String.raw`requests_total{route="/a\"b\\c\n"} 3`,
    '# HELP live Live.',
    '# TYPE live gauge',
    'live 3',
  ]);
  expect(lines).toContain('duration_seconds_bucket{le="0.0005"} 1');
  expect(lines).toContain('duration_seconds_bucket{le="0.05"} 2');
  expect(lines).toContain('duration_seconds_bucket{le="5"} 2');
  expect(lines).toContain('duration_seconds_bucket{le="+Inf"} 3');
  expect(lines).toContain('duration_seconds_count 3');
  expect(lines.find((line) => line.startsWith('duration_seconds_sum'))).toBe('duration_seconds_sum 60.0304');
  expect(lines.at(-1)).toBe('');
});
