import { useMemo } from 'react';
import { useResources, useStateModels } from '../api/queries.ts';
import { stateOrder, topStates } from '../live/state-order.ts';

/** The states of the cluster's models in one order, for showing counts of several resources together. */
export function useStateOrder(): readonly string[] {
  const { data } = useStateModels();
  const { data: resources } = useResources();
  return useMemo(() => stateOrder(data?.stateModels ?? [], resources?.resources ?? []), [data, resources]);
}

/** The top state of each resource. */
export function useTopStates(): Readonly<Record<string, string>> {
  const { data } = useStateModels();
  const { data: resources } = useResources();
  return useMemo(() => topStates(data?.stateModels ?? [], resources?.resources ?? []), [data, resources]);
}
