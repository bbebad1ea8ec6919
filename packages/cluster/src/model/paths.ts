import { assertName } from './names.ts';

/** Where everything of one cluster stands in the store: Apache Helix's layout, path by path. */
export interface ClusterPaths {
  readonly root: string;
  readonly idealStates: string;
  readonly externalViews: string;
  readonly stateModelDefinitions: string;
  readonly liveInstances: string;
  readonly instances: string;
  readonly participantConfigs: string;
  readonly resourceConfigs: string;
  readonly propertyStore: string;
  readonly controller: string;
  readonly leader: string;
  readonly controllerHistory: string;
  readonly controllerMessages: string;
  readonly pause: string;
  readonly maintenance: string;
  readonly clusterConfig: string;
  /** `STATUS/{cluster}`: the mode of management the controller is in. */
  readonly status: string;
  idealState(resource: string): string;
  externalView(resource: string): string;
  stateModelDefinition(name: string): string;
  liveInstance(instance: string): string;
  instance(instance: string): string;
  participantConfig(instance: string): string;
  resourceConfig(resource: string): string;
  messages(instance: string): string;
  message(instance: string, id: string): string;
  currentStates(instance: string, session: string): string;
  currentState(instance: string, session: string, resource: string): string;
  participantHistory(instance: string): string;
  /** The entries, empty ones, that make a cluster exist for Helix, parents first. */
  skeleton(): readonly string[];
}

/**
 * The paths of `cluster`.
 *
 * @throws `E_INVALID_PATH` where `cluster` cannot be a segment of a path. Other names are checked where they enter (admin, join).
 */
export function clusterPaths(cluster: string): ClusterPaths {
  assertName('cluster', cluster);
  const root = `/${cluster}`;
  const instance = (name: string): string => `${root}/INSTANCES/${name}`;
  return {
    root,
    idealStates: `${root}/IDEALSTATES`,
    externalViews: `${root}/EXTERNALVIEW`,
    stateModelDefinitions: `${root}/STATEMODELDEFS`,
    liveInstances: `${root}/LIVEINSTANCES`,
    instances: `${root}/INSTANCES`,
    participantConfigs: `${root}/CONFIGS/PARTICIPANT`,
    resourceConfigs: `${root}/CONFIGS/RESOURCE`,
    propertyStore: `${root}/PROPERTYSTORE`,
    controller: `${root}/CONTROLLER`,
    leader: `${root}/CONTROLLER/LEADER`,
    controllerHistory: `${root}/CONTROLLER/HISTORY`,
    controllerMessages: `${root}/CONTROLLER/MESSAGES`,
    pause: `${root}/CONTROLLER/PAUSE`,
    maintenance: `${root}/CONTROLLER/MAINTENANCE`,
    clusterConfig: `${root}/CONFIGS/CLUSTER/${cluster}`,
    status: `${root}/STATUS/${cluster}`,
    idealState: (resource) => `${root}/IDEALSTATES/${resource}`,
    externalView: (resource) => `${root}/EXTERNALVIEW/${resource}`,
    stateModelDefinition: (name) => `${root}/STATEMODELDEFS/${name}`,
    liveInstance: (name) => `${root}/LIVEINSTANCES/${name}`,
    instance,
    participantConfig: (name) => `${root}/CONFIGS/PARTICIPANT/${name}`,
    resourceConfig: (resource) => `${root}/CONFIGS/RESOURCE/${resource}`,
    messages: (name) => `${instance(name)}/MESSAGES`,
    message: (name, id) => `${instance(name)}/MESSAGES/${id}`,
    currentStates: (name, session) => `${instance(name)}/CURRENTSTATES/${session}`,
    currentState: (name, session, resource) => `${instance(name)}/CURRENTSTATES/${session}/${resource}`,
    participantHistory: (name) => `${instance(name)}/HISTORY`,
    skeleton: () => skeleton(root),
  };
}

/** In the order in which HelixAdmin.addCluster creates them; the cluster config and the history carry records. */
function skeleton(root: string): readonly string[] {
  return [
    root,
    `${root}/IDEALSTATES`,
    `${root}/CONFIGS`,
    `${root}/CONFIGS/CLUSTER`,
    `${root}/CONFIGS/PARTICIPANT`,
    `${root}/CONFIGS/RESOURCE`,
    `${root}/CONFIGS/CUSTOMIZED_STATE`,
    `${root}/PROPERTYSTORE`,
    `${root}/LIVEINSTANCES`,
    `${root}/INSTANCES`,
    `${root}/EXTERNALVIEW`,
    `${root}/STATEMODELDEFS`,
    `${root}/CONTROLLER`,
    `${root}/CONTROLLER/MESSAGES`,
    `${root}/CONTROLLER/STATUSUPDATES`,
    `${root}/CONTROLLER/ERRORS`,
  ];
}
