import type { Entry, StorePath } from '@keelson/store';
import { decodeRecord, ExternalView, InstanceConfig, joinBuckets } from '../model/index.ts';
import type { Mirror } from './mirror.ts';
import { type LiveInstanceInfo, liveInstanceInfo } from './routing-table.ts';

/** First segment of `path` below `root`; `undefined` where it is not below. */
export function nameBelow(root: StorePath, path: StorePath): string | undefined {
  if (!path.startsWith(`${root}/`)) return undefined;
  const rest = path.slice(root.length + 1);
  const cut = rest.indexOf('/');
  return cut < 0 ? rest : rest.slice(0, cut);
}

/** The external view of `resource`, its buckets put together; `undefined` where there is none. */
export function viewOf(mirror: Mirror, root: StorePath, resource: string): ExternalView | undefined {
  const head = recordOf(mirror.get(`${root}/${resource}`));
  if (head === undefined) return undefined;
  const view = new ExternalView(head);
  if (view.bucketSize === 0) return view;
  const prefix = `${root}/${resource}/`;
  const parts = [...mirror.values()].flatMap((entry) => (entry.path.startsWith(prefix) ? (recordOf(entry) ?? []) : []));
  return new ExternalView(joinBuckets(head, parts));
}

/** Live instances by name. */
export function liveOf(mirror: Mirror, root: StorePath): ReadonlyMap<string, LiveInstanceInfo> {
  const result = new Map<string, LiveInstanceInfo>();
  for (const entry of mirror.values()) {
    const name = nameBelow(root, entry.path);
    const record = recordOf(entry);
    if (name !== undefined && record !== undefined) result.set(name, liveInstanceInfo(name, entry.owner, record));
  }
  return result;
}

/** Instance configs by name. */
export function configsOf(mirror: Mirror, root: StorePath): ReadonlyMap<string, InstanceConfig> {
  const result = new Map<string, InstanceConfig>();
  for (const entry of mirror.values()) {
    const name = nameBelow(root, entry.path);
    const record = recordOf(entry);
    if (name !== undefined && record !== undefined) result.set(name, new InstanceConfig(record));
  }
  return result;
}

const recordOf = (entry: Entry | undefined): ReturnType<typeof decodeRecord> =>
  entry === undefined ? undefined : decodeRecord(entry.value);
