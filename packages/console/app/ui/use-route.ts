import { useCallback, useSyncExternalStore } from 'react';
import { formatRoute, parseRoute, type Route } from './route.ts';

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** The route, and a function that changes parts of it. `replace` leaves no entry in the browser's history. */
export function useRoute(): readonly [Route, (change: Partial<Route>, how?: 'push' | 'replace') => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const go = useCallback((change: Partial<Route>, how: 'push' | 'replace' = 'push') => {
    const next = formatRoute({ ...parseRoute(location.hash), ...change });
    if (how === 'push') {
      location.hash = next;
    } else {
      history.replaceState(null, '', next);
      dispatchEvent(new HashChangeEvent('hashchange'));
    }
  }, []);
  return [parseRoute(hash), go];
}

/** Changes some names of the query and keeps the rest; an undefined value removes a name. */
export function withQuery(
  route: Route,
  change: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const query: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...route.query, ...change })) {
    if (value !== undefined && value !== '') {
      query[name] = value;
    }
  }
  return query;
}
