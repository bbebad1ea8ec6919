import {
  counterScenario,
  handOverScenario,
  leaderScenario,
  ledgerScenario,
  mirrorScenario,
  presenceScenario,
} from '../scenarios/index.ts';
import type { Scenario } from '../simulate.ts';
import { forgottenDeletes, lateLoss, queuedWrites } from './broken-stores.ts';

/** A classic bug, put into a scenario on purpose, to show that the simulator finds it. */
export interface Exhibit {
  /** How it is called on the command line. */
  readonly name: string;
  /** What the bug is. */
  readonly bug: string;
  readonly scenario: Scenario;
  /** Within how many seeds, from 1 on, it shows. */
  readonly withinRuns: number;
}

const named = (name: string, scenario: Scenario): Scenario => ({ ...scenario, name });

/** The museum. Each of these was shipped by somebody. */
export const exhibits: readonly Exhibit[] = [
  {
    name: 'unfenced-lock',
    bug: 'The thing that a lock protects takes writes without a look at the fencing token, so one that was long on its way comes after the successor’s.',
    scenario: named('unfenced-lock', leaderScenario({ fenced: false })),
    withinRuns: 50,
  },
  {
    name: 'late-lease-loss',
    bug: 'The client declares its session lost after twice the ttl: for one ttl two believe to lead.',
    scenario: named('late-lease-loss', {
      ...leaderScenario(),
      world: { wrapStore: (store, { runtime }) => lateLoss(store, runtime) },
    }),
    withinRuns: 50,
  },
  {
    name: 'queued-write',
    bug: 'A write that was refused while the store was out of reach is sent after the connection is back.',
    scenario: named('queued-write', {
      ...ledgerScenario(),
      world: { wrapStore: (store, { runtime }) => queuedWrites(store, runtime) },
    }),
    withinRuns: 20,
  },
  {
    name: 'lost-delete',
    bug: 'After a watch had to begin anew (compaction), what was deleted meanwhile is never told.',
    scenario: named('lost-delete', { ...mirrorScenario(), world: { wrapStore: (store) => forgottenDeletes(store) } }),
    withinRuns: 50,
  },
  {
    name: 'former-session',
    bug: 'A process that comes back takes the ephemeral entry of its former session for its own; it goes when that session ends.',
    scenario: named('former-session', presenceScenario({ looksWhose: false })),
    withinRuns: 20,
  },
  {
    name: 'stale-cache',
    bug: 'A new owner takes over from what its copy of the store says, which is behind.',
    scenario: named('stale-cache', handOverScenario({ readsStore: false })),
    withinRuns: 50,
  },
  {
    name: 'double-leader',
    bug: 'A leader that was stopped goes on with what it was told before, instead of asking whether it still leads.',
    scenario: named('double-leader', leaderScenario({ asksBeforeActing: false })),
    withinRuns: 50,
  },
  {
    name: 'blind-retry',
    bug: 'A transaction that may not be done twice is sent again because its reply was lost.',
    scenario: named('blind-retry', counterScenario({ resolvesUnknown: false })),
    withinRuns: 50,
  },
];
