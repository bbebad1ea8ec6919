import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useServices } from '../ui/services.tsx';
import { bindQueries } from './bind-queries.ts';
import { type LiveFeed, openLiveFeed } from './live-feed.ts';
import type { LiveState } from './live-state.ts';
import { createLiveStore, type LiveStore } from './live-store.ts';

interface Live {
  readonly cluster: string;
  readonly store: LiveStore;
  readonly retryNow: () => void;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** Keeps one cluster live for the views inside: opens its feed, and closes it when another cluster is chosen. */
export function LiveProvider({
  cluster,
  children,
}: {
  readonly cluster: string;
  readonly children: ReactNode;
}): ReactNode {
  const { client, runtime } = useServices();
  const queries = useQueryClient();
  const feed = useRef<LiveFeed>(undefined);
  const live = useMemo<Live>(
    () => ({ cluster, store: createLiveStore(), retryNow: () => feed.current?.retryNow() }),
    [cluster],
  );
  useEffect(() => {
    const opened = openLiveFeed({ client, cluster, runtime, dispatch: live.store.dispatch });
    const unbind = bindQueries({ store: live.store, queries, cluster, runtime });
    feed.current = opened;
    addEventListener('online', opened.retryNow);
    return () => {
      removeEventListener('online', opened.retryNow);
      unbind();
      opened.close();
    };
  }, [client, cluster, runtime, live, queries]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** The live cluster of this part of the page. */
export function useLiveCluster(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) {
    throw new Error('LiveProvider is missing.');
  }
  return live;
}

/** A part of the live state; `select` must give the same object for the same state. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const { store } = useLiveCluster();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
