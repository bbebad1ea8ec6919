import { startEmbedded } from './embedded.ts';
import type { FaultEngine } from './engine.ts';
import { startEtcdCluster } from './etcd.ts';
import { startZooKeeperEnsemble } from './zookeeper.ts';

/** Engines that runs can be made on. */
export const engineNames = ['embedded', 'etcd', 'zookeeper'] as const;
export type EngineName = (typeof engineNames)[number];

/** Starts the servers of an engine. */
export function startEngine(name: EngineName): Promise<FaultEngine> {
  if (name === 'embedded') return startEmbedded();
  return name === 'etcd' ? startEtcdCluster() : startZooKeeperEnsemble();
}
