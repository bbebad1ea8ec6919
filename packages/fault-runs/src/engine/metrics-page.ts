import { KeelsonError, withDeadline } from '@keelson/runtime';
import { testRuntime } from '@keelson/testing';

const TIMEOUT_MS = 5_000;

/** A page of metrics in Prometheus' text format. */
export function metricsPage(url: string): Promise<string> {
  return withDeadline(testRuntime, {}, TIMEOUT_MS, async (signal) => {
    const response = await fetch(url, { signal });
    return await response.text();
  });
}

/** The value of a gauge without labels. Throws `E_UNAVAILABLE` where the page has none of the name. */
export function gaugeIn(page: string, name: string): number {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1];
  if (value === undefined) throw new KeelsonError('E_UNAVAILABLE', `The page of metrics has no ${name}.`);
  return Number(value);
}
