import { isKeelsonError, sleep } from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { faultKinds } from '../fault.ts';
import type { Scenario } from '../simulate.ts';
import type { ProcessContext } from '../world.ts';
import { persist } from './persist.ts';
import { bytesOf } from './text.ts';

/** How members of the scenario register. */
export interface PresenceScenarioOptions {
  /** Whether a member that finds its name taken looks whose session holds it. Default true; otherwise it takes it for its own. */
  readonly looksWhose?: boolean;
}

const members = ['member-1', 'member-2', 'member-3'];
const TTL_MS = 3_000;

/** Processes that crash and come back register under their own names; whoever runs must be registered once all is calm. */
export function presenceScenario(options: PresenceScenarioOptions = {}): Scenario {
  const { looksWhose = true } = options;
  return {
    name: 'presence',
    faults: {
      processes: members,
      count: 8,
      kinds: [...faultKinds, 'crash', 'crash', 'crash', 'crash'],
    },
    pointlessFaults: ['hold-watches'],
    durationMs: 30_000,
    restMs: 15_000,
    begin(world) {
      for (const name of members)
        world.start(name, async (context) => {
          for (;;) {
            const session = await persist(context.runtime, () => context.store.openSession({ ttlMs: TTL_MS }));
            await register(context, session, looksWhose);
            await untilLost(session);
          }
        });
      return {
        finish: async () => {
          const there = await world.connect('looker').children('/members');
          return members.filter((name) => !there.includes(name)).map((name) => `${name} runs, but is not registered`);
        },
      };
    },
  };
}

async function register(
  { name, store, runtime }: ProcessContext,
  session: Session,
  looksWhose: boolean,
): Promise<void> {
  const path = `/members/${name}`;
  while (!session.lost.aborted) {
    try {
      await persist(runtime, () => store.create(path, bytesOf(name), { session }), session.lost);
      return;
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
      if (error.code === 'E_ALREADY_EXISTS' && !looksWhose) return;
    }
    if (await mine(store, path, session)) return;
    await sleep(runtime, 100);
  }
}

async function mine(store: Store, path: string, session: Session): Promise<boolean> {
  try {
    return (await store.get(path))?.owner === session.id;
  } catch (error) {
    if (!isKeelsonError(error)) throw error;
    return false;
  }
}

function untilLost({ lost }: Session): Promise<void> {
  return new Promise((resolve) => {
    if (lost.aborted) resolve();
    else lost.addEventListener('abort', () => resolve(), { once: true });
  });
}
