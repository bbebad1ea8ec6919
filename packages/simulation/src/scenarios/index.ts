import type { Scenario } from '../simulate.ts';
import { clusterScenario } from './cluster.ts';
import { counterScenario } from './counter.ts';
import { handOverScenario } from './hand-over.ts';
import { leaderScenario } from './leader.ts';
import { ledgerScenario } from './ledger.ts';
import { lockScenario } from './lock.ts';
import { mirrorScenario } from './mirror.ts';
import { presenceScenario } from './presence.ts';
import { registerScenario } from './register.ts';

/** Every scenario, as it should be. */
export const scenarios: readonly Scenario[] = [
  clusterScenario(),
  leaderScenario(),
  counterScenario(),
  ledgerScenario(),
  lockScenario(),
  registerScenario(),
  mirrorScenario(),
  presenceScenario(),
  handOverScenario(),
];

export { counterScenario, handOverScenario, leaderScenario, ledgerScenario, mirrorScenario, presenceScenario };
