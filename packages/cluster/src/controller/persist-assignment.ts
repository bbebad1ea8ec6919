import { IdealState, sameContent, sortedFields } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import type { ResourcePlan } from './plan-resource.ts';

/**
 * The ideal state with the lists and states that were worked out written into it, where the cluster asks for that
 * (`PERSIST_BEST_POSSIBLE_ASSIGNMENT`) and it says something else now. Bucketized ones are left alone.
 */
export function persistedIdealState(snapshot: ClusterSnapshot, plan: ResourcePlan): IdealState | undefined {
  const ideal = snapshot.idealStates.get(plan.resource);
  if (ideal === undefined || plan.model === undefined || ideal.bucketSize > 0) return undefined;
  if (!snapshot.config.persistBestPossible || !(ideal.mode === 'FULL_AUTO' || ideal.mode === 'SEMI_AUTO')) {
    return undefined;
  }
  const maps = ideal.partitions.map((partition) => {
    const wanted = plan.partitions.get(partition)?.wanted ?? [];
    return [partition, sortedFields([...wanted].map(([instance, { state }]) => [instance, state] as const))] as const;
  });
  const lists = ideal.mode === 'FULL_AUTO' ? sortedFields(plan.lists) : ideal.record.listFields;
  const record = { ...ideal.record, mapFields: sortedFields(maps), listFields: lists };
  return sameContent(record, ideal.record) ? undefined : new IdealState(record);
}
