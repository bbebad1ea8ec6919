import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useLive, useLiveCluster } from '../live/live-context.tsx';
import type { MatrixData } from '../live/matrix-data.ts';
import { useServices } from '../ui/services.tsx';
import { apiPath, type Tagged } from './client.ts';
import type { ClusterEvent, ClusterSummary, Explanation, Instance, MatrixWire, Resource, StateModel } from './types.ts';

/** Facts are read again this often even when no event asks for it; sooner while the cluster is on its way. */
const IDLE_MS = 15_000;
const BUSY_MS = 2_000;

/** All clusters of the server. */
export function useClusters(): UseQueryResult<readonly ClusterSummary[]> {
  const { client } = useServices();
  return useQuery({
    queryKey: ['clusters'],
    queryFn: async ({ signal }) =>
      (await client.get<{ clusters: readonly ClusterSummary[] }>('clusters', { signal })).clusters,
    // Whoever waits for the first cluster, or for the server, waits at the screen.
    refetchInterval: ({ state }) => (state.status === 'error' || state.data?.length === 0 ? BUSY_MS : IDLE_MS),
  });
}

function useFact<T>(name: string, path: string, periodMs: (data: T | undefined) => number): UseQueryResult<T> {
  const { client } = useServices();
  const { cluster } = useLiveCluster();
  const live = useLive((state) => state.connection.phase === 'live');
  return useQuery<T>({
    queryKey: ['cluster', cluster, 'facts', name],
    queryFn: ({ signal }) => client.get<T>(apiPath('clusters', cluster) + path, { signal }),
    // While the server is away the feed says when it is back; asking in between would only fail.
    refetchInterval: (query) => (live ? periodMs(query.state.data) : false),
  });
}

/** The chosen cluster at a glance. */
export function useSummary(): UseQueryResult<ClusterSummary> {
  return useFact<ClusterSummary>('summary', '', (data) => (data?.converged === false ? BUSY_MS : IDLE_MS));
}

/** Instances of the chosen cluster. */
export function useInstances(): UseQueryResult<{ readonly instances: readonly Instance[] }> {
  return useFact('instances', '/instances', (data) =>
    data?.instances.some(({ pendingTransitions }) => pendingTransitions > 0) === true ? BUSY_MS : IDLE_MS,
  );
}

/** Resources of the chosen cluster. */
export function useResources(): UseQueryResult<{ readonly resources: readonly Resource[] }> {
  return useFact('resources', '/resources', (data) =>
    data?.resources.every(({ converged }) => converged) === false ? BUSY_MS : IDLE_MS,
  );
}

/** State models of the chosen cluster. */
export function useStateModels(): UseQueryResult<{ readonly stateModels: readonly StateModel[] }> {
  return useFact('state-models', '/state-models', () => 10 * IDLE_MS);
}

/** One instance with its version tag, read anew each time it is asked for. */
export function useTaggedInstance(name: string): UseQueryResult<Tagged<Instance>> {
  const { client } = useServices();
  const { cluster } = useLiveCluster();
  return useQuery({
    queryKey: ['instance', cluster, name],
    queryFn: ({ signal }) => client.getTagged<Instance>(apiPath('clusters', cluster, 'instances', name), { signal }),
    gcTime: 0,
    staleTime: 0,
  });
}

/** The matrix of a resource: read once, kept live by events, read again when they cannot tell all. */
export function useMatrix(resource: string | undefined): {
  readonly matrix: MatrixData | undefined;
  readonly query: UseQueryResult<number>;
} {
  const { client } = useServices();
  const { cluster, store } = useLiveCluster();
  const matrix = useLive((state) => (resource === undefined ? undefined : state.matrices[resource]));
  const { data: summary } = useSummary();
  const live = useLive((state) => state.connection.phase === 'live');
  const cells = matrix === undefined ? 0 : matrix.partitions.length * matrix.instances.length;
  const busyMs = Math.max(BUSY_MS, cells / 10);
  const query = useQuery({
    queryKey: ['cluster', cluster, 'matrix', resource],
    enabled: resource !== undefined,
    queryFn: async ({ signal }) => {
      const requestedAt = store.get().sequence;
      const path = apiPath('clusters', cluster, 'resources', resource ?? '', 'matrix');
      const wire = await client.get<MatrixWire>(path, { signal });
      store.dispatch({ type: 'matrix-loaded', wire, requestedAt });
      return requestedAt;
    },
    refetchInterval: live ? (summary?.converged === false ? busyMs : 2 * IDLE_MS) : false,
  });
  return { matrix, query };
}

/** Number of past events to begin with. */
const PAST_EVENTS = 1_000;

/** Reads the past of the timeline into the live state; new events come by themselves. */
export function useTimelinePast(): UseQueryResult<number> {
  const { client } = useServices();
  const { cluster, store } = useLiveCluster();
  return useQuery({
    queryKey: ['cluster', cluster, 'timeline'],
    queryFn: async ({ signal }) => {
      const path = `${apiPath('clusters', cluster, 'timeline')}?limit=${PAST_EVENTS}`;
      const { events } = await client.get<{ events: readonly ClusterEvent[] }>(path, { signal });
      store.dispatch({ type: 'timeline-loaded', events });
      return events.length;
    },
  });
}

/** How long an explanation of an unchanged partition is good for. */
const EXPLANATION_MS = 5_000;

/**
 * Why the replicas of a partition are where they are. `version` changes with the partition's states, so that the answer
 * for one picture is asked for once.
 */
export function useExplanation(options: {
  readonly resource: string;
  readonly partition: string;
  readonly version: string;
  readonly enabled: boolean;
  /** Ask again every few seconds: what a replica waits for changes without an event. */
  readonly follow?: boolean;
}): UseQueryResult<Explanation> {
  const { client } = useServices();
  const { cluster } = useLiveCluster();
  const { resource, partition, version, enabled, follow = false } = options;
  const live = useLive((state) => state.connection.phase === 'live');
  return useQuery({
    queryKey: ['cluster', cluster, 'explain', resource, partition, version],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ resource, partition });
      return client.get<Explanation>(`${apiPath('clusters', cluster, 'explain')}?${query.toString()}`, { signal });
    },
    enabled,
    staleTime: EXPLANATION_MS,
    placeholderData: (previous) => (previous?.partition === partition ? keepPreviousData(previous) : undefined),
    refetchInterval: follow && live ? EXPLANATION_MS : false,
  });
}
