import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useLive } from '../live/live-context.tsx';
import { useServices } from '../ui/services.tsx';
import type { Election, Group, Lock } from './coordination-types.ts';

/** Nobody tells when a lock changes hands, so it is asked for this often, in milliseconds. */
const PERIOD_MS = 2_000;

function useCoordination<T>(path: string): UseQueryResult<T> {
  const { client } = useServices();
  const live = useLive((state) => state.connection.phase === 'live');
  return useQuery<T>({
    queryKey: ['coordination', path],
    queryFn: ({ signal }) => client.get<T>(path, { signal }),
    refetchInterval: live ? PERIOD_MS : false,
  });
}

/** Locks in use, or semaphores. */
export function useLocks(kind: Lock['kind']): UseQueryResult<{ readonly locks: readonly Lock[] }> {
  return useCoordination(`locks?kind=${kind}`);
}

/** Elections that somebody stands in. */
export function useElections(): UseQueryResult<{ readonly elections: readonly Election[] }> {
  return useCoordination('elections');
}

/** Groups that somebody is in. */
export function useGroups(): UseQueryResult<{ readonly groups: readonly Group[] }> {
  return useCoordination('groups');
}

/** Names of the topics of the event log. */
export function useTopics(): UseQueryResult<{ readonly topics: readonly string[] }> {
  return useCoordination('topics');
}
