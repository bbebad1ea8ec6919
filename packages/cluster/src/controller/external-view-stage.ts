import { ExternalView } from '../model/external-view.ts';
import { type SimpleFields, sortedFields } from '../model/record.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';

/** What the view of one resource should be; `undefined`: there should be none. */
export type WantedView = ExternalView | undefined;

/**
 * The view of a resource from its rows, one for each partition, sorted as Helix sorts them. Rows without replicas are left out.
 * Simple fields come from the ideal state, or from the stored view once the ideal state is gone.
 */
export function externalView(
  snapshot: ClusterSnapshot,
  resource: string,
  rows: Iterable<readonly [partition: string, row: SimpleFields]>,
): WantedView {
  const ideal = snapshot.idealStates.get(resource);
  if (ideal?.externalViewDisabled === true) return undefined;
  const filled = [...rows].filter(([, row]) => Object.keys(row).length > 0);
  if (ideal === undefined && filled.length === 0) return undefined;
  const fields = ideal?.record ?? snapshot.externalViews.get(resource)?.record;
  const bucketSize = snapshot.bucketSizeOf.get(resource) ?? 0;
  const simpleFields = sortedFields(Object.entries({ BUCKET_SIZE: String(bucketSize), ...fields?.simpleFields }));
  return new ExternalView({ id: resource, simpleFields, mapFields: sortedFields(filled), listFields: {} });
}
