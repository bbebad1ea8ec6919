import type { Scenario } from '../simulate.ts';
import { barrierScenario } from './barrier.ts';
import { clusterScenario } from './cluster.ts';
import { counterScenario } from './counter.ts';
import { eventsScenario } from './events.ts';
import { groupScenario } from './group.ts';
import { handOverScenario } from './hand-over.ts';
import { leaderScenario } from './leader.ts';
import { ledgerScenario } from './ledger.ts';
import { lockScenario } from './lock.ts';
import { mirrorScenario } from './mirror.ts';
import { presenceScenario } from './presence.ts';
import { registerScenario } from './register.ts';
import { sharingScenario } from './sharing.ts';
import { togetherScenario } from './together.ts';

/** Every scenario, as it should be. */
export const scenarios: readonly Scenario[] = [
  clusterScenario(),
  leaderScenario(),
  counterScenario(),
  ledgerScenario(),
  lockScenario(),
  sharingScenario(),
  togetherScenario(),
  groupScenario(),
  barrierScenario(),
  eventsScenario(),
  registerScenario(),
  mirrorScenario(),
  presenceScenario(),
  handOverScenario(),
];

export { counterScenario, handOverScenario, leaderScenario, ledgerScenario, mirrorScenario, presenceScenario };
