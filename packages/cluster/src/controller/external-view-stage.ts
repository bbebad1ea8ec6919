import { ExternalView, type SimpleFields, sortedFields, withMapFields, type ZNRecord } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';

/** What the view of one resource should be; `undefined`: there should be none. */
export type WantedView = ExternalView | undefined;

type Rows = readonly (readonly [partition: string, row: SimpleFields])[];

const isFilled = (row: SimpleFields): boolean => Object.keys(row).length > 0;

/** Simple fields come from the ideal state, or from the stored view once the ideal state is gone; the bucket size is always said. */
function viewFields(snapshot: ClusterSnapshot, resource: string): SimpleFields {
  const fields = (snapshot.idealStates.get(resource) ?? snapshot.externalViews.get(resource))?.record;
  const bucketSize = String(snapshot.bucketSizeOf.get(resource) ?? 0);
  return sortedFields(Object.entries({ BUCKET_SIZE: bucketSize, ...fields?.simpleFields }));
}

function wantedView(snapshot: ClusterSnapshot, resource: string, mapFields: ZNRecord['mapFields']): WantedView {
  const ideal = snapshot.idealStates.get(resource);
  if (ideal?.externalViewDisabled === true) return undefined;
  if (ideal === undefined && Object.keys(mapFields).length === 0) return undefined;
  return new ExternalView({ id: resource, simpleFields: viewFields(snapshot, resource), mapFields, listFields: {} });
}

/** The view of a resource from its rows, one for each partition, sorted as Helix sorts them. Rows without replicas are left out. */
export function externalView(snapshot: ClusterSnapshot, resource: string, rows: Rows): WantedView {
  return wantedView(snapshot, resource, sortedFields(rows.filter(([, row]) => isFilled(row))));
}

/** The view before with some rows put in the place of theirs; all others are shared with it. */
export function changedView(snapshot: ClusterSnapshot, before: ExternalView, rows: Rows): WantedView {
  const changes = Object.fromEntries(rows.map(([partition, row]) => [partition, isFilled(row) ? row : undefined]));
  return wantedView(snapshot, before.resource, withMapFields(before.record, changes).mapFields);
}
