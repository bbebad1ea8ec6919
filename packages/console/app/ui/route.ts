/** Pages of the console. */
export type Page = 'overview' | 'matrix' | 'instances' | 'resources' | 'timeline' | 'coordination';

/** Where in the console somebody is. Lives in the address (`#/cluster/page?…`), so that it can be sent to a colleague. */
export interface Route {
  readonly cluster: string | undefined;
  readonly page: Page;
  /** Filters and the open partition, by name. */
  readonly query: Readonly<Record<string, string>>;
}

/** All pages, in the order of the navigation. */
export const PAGES: readonly Page[] = ['overview', 'matrix', 'instances', 'resources', 'timeline', 'coordination'];

/** Reads a location hash; what it does not understand becomes the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [cluster = '', page = ''] = path.split('/').map(decode);
  return {
    cluster: cluster === '' ? undefined : cluster,
    page: PAGES.find((known) => known === page) ?? 'overview',
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

/** The hash of a route; `parseRoute` reads it back. */
export function formatRoute(route: Route): string {
  const query = new URLSearchParams(Object.entries(route.query).filter(([, value]) => value !== ''));
  const search = query.size === 0 ? '' : `?${query.toString()}`;
  return `#/${encodeURIComponent(route.cluster ?? '')}/${route.page}${search}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken escape, typed by hand: take it as it stands.
    return segment;
  }
}
