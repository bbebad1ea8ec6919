import {
  ClusterConfig,
  ExternalView,
  emptyRecord,
  IdealState,
  InstanceConfig,
  LiveInstance,
  Message,
  ResourceConfig,
  StateModelDefinition,
  sameContent,
} from '../model/index.ts';
import type { ClusterChanges } from './cluster-changes.ts';
import type { MutableSnapshot } from './mutable-snapshot.ts';
import { placeLiveInstance } from './place-live-instance.ts';
import { placeOfInstance } from './place-of-instance.ts';
import { type PlacedRecord, type Placer, setView } from './placed-record.ts';

/** IDEALSTATES/{resource}, or a bucket of it. */
const placeIdealState: Placer = (snapshot, [resource, bucket, ...rest], { record, entry }, changes) => {
  if (resource === undefined || rest.length > 0) return;
  if (bucket === undefined && entry === undefined) snapshot.idealStateRevisions.delete(resource);
  else if (bucket === undefined && entry !== undefined)
    snapshot.idealStateRevisions.set(resource, entry.modifyRevision);
  const whole = snapshot.storedIdealStates.set(resource, bucket, record);
  const setting = { map: snapshot.idealStates, view: IdealState };
  if (setView(setting, resource, whole)) changes.markResource('IdealStateChange', resource);
};

/** EXTERNALVIEW/{resource}, or a bucket of it. What the mirror's owner wrote needs no new decision. */
const placeExternalView: Placer = (snapshot, [resource, bucket, ...rest], { record, mine }, changes) => {
  if (resource === undefined || rest.length > 0) return;
  const whole = snapshot.storedExternalViews.set(resource, bucket, record);
  snapshot.externalViewBuckets.set(resource, snapshot.storedExternalViews.bucketsOf(resource));
  const changed = setView({ map: snapshot.externalViews, view: ExternalView }, resource, whole);
  if (changed && !mine) changes.markResource('ExternalViewChange', resource);
};

/** STATEMODELDEFS/{name}. */
const placeStateModel: Placer = (snapshot, [name, ...rest], { record }, changes) => {
  if (name === undefined || rest.length > 0) return;
  const setting = { map: snapshot.stateModels, view: StateModelDefinition };
  if (setView(setting, name, record)) changes.markAll('StateModelChange');
};

/** CONFIGS/{scope}/{name}. */
const placeConfig: Placer = (snapshot, [scope, name, ...rest], { record }, changes) => {
  if (name === undefined || rest.length > 0) return;
  if (scope === 'CLUSTER' && name === snapshot.cluster) {
    const next = record ?? emptyRecord(name);
    if (!sameContent(snapshot.config.record, next)) changes.markAll('ClusterConfigChange');
    snapshot.config = new ClusterConfig(next);
  } else if (scope === 'PARTICIPANT') {
    const setting = { map: snapshot.instances, view: InstanceConfig };
    if (setView(setting, name, record)) changes.markAll('InstanceConfigChange');
  } else if (scope === 'RESOURCE') {
    const setting = { map: snapshot.resourceConfigs, view: ResourceConfig };
    if (setView(setting, name, record)) changes.markResource('ResourceConfigChange', name);
  }
};

/** CONTROLLER/{name}: the leader, the history, the signals of the operator. */
const placeOfController: Placer = (snapshot, [name, ...rest], { record, entry }, changes) => {
  const [id] = rest;
  if (name === 'MESSAGES' && id !== undefined && rest.length === 1) {
    const notice = record !== undefined && new Message(record).type === 'PARTICIPANT_SESSION_CHANGE';
    if (notice) snapshot.sessionNotices.add(id);
    else snapshot.sessionNotices.delete(id);
    if (notice) changes.mark('MessageChange');
  }
  if (rest.length > 0) return;
  if (name === 'LEADER') {
    const live = record === undefined ? undefined : new LiveInstance(record);
    const session = live?.sessionOf(entry?.owner);
    snapshot.leader =
      live === undefined || session === undefined || entry === undefined
        ? undefined
        : { name: live.instance, session, createRevision: entry.createRevision };
  } else if (name === 'HISTORY') {
    snapshot.controllerHistory =
      record === undefined || entry === undefined ? undefined : { record, version: entry.version };
  } else if (name === 'PAUSE' || name === 'MAINTENANCE') {
    if (name === 'PAUSE') snapshot.pause = record;
    else snapshot.maintenance = record;
    changes.markAll(name === 'PAUSE' ? 'Resume' : 'ControllerChange');
  }
};

const placers: ReadonlyMap<string, Placer> = new Map([
  ['IDEALSTATES', placeIdealState],
  ['EXTERNALVIEW', placeExternalView],
  ['STATEMODELDEFS', placeStateModel],
  ['LIVEINSTANCES', placeLiveInstance],
  ['CONFIGS', placeConfig],
  ['INSTANCES', placeOfInstance],
  ['CONTROLLER', placeOfController],
]);

/** Puts one entry where it belongs in the snapshot, by its path, and marks what a decision must look at again. Other areas, such as application data, are passed over. */
export function placeRecord(snapshot: MutableSnapshot, placed: PlacedRecord, changes: ClusterChanges): void {
  const [, , area, ...rest] = placed.path.split('/');
  placers.get(area ?? '')?.(snapshot, rest, placed, changes);
}
