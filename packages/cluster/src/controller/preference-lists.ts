import { ANY_LIVE_INSTANCE } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import { holders, type PreferenceLists } from './placement/index.ts';
import type { ResourceContext } from './resource-context.ts';

const none: readonly string[] = [];

/** SEMI_AUTO: the lists of the ideal state; one of ANY_LIVEINSTANCE stands for all that are live and enabled. */
function givenLists({ ideal, nodes }: ResourceContext): PreferenceLists {
  const lists = new Map<string, readonly string[]>();
  for (const partition of ideal?.partitions ?? none) {
    const list = ideal?.preferenceList(partition) ?? none;
    const any = list.length === 1 && list[0] === ANY_LIVE_INSTANCE;
    lists.set(partition, any ? [...nodes.enabledLive].sort() : list);
  }
  return lists;
}

/** In maintenance nothing is placed anew: the lists are the holders, in the order they had. */
function frozenLists(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  remembered: PreferenceLists | undefined,
): PreferenceLists {
  const lists = new Map<string, readonly string[]>();
  for (const partition of context.ideal?.partitions ?? none) {
    const order = remembered?.get(partition) ?? none;
    const place = (instance: string): number => (order.indexOf(instance) + order.length + 1) % (order.length + 1);
    const present = holders(snapshot, context, partition);
    lists.set(
      partition,
      [...present].sort((a, b) => place(a) - place(b)),
    );
  }
  return lists;
}

/** Whether the lists of the resource are for the solver to work out now. */
export function isPlaced({ ideal, maintenance }: ResourceContext): boolean {
  return ideal?.mode === 'FULL_AUTO' && !maintenance;
}

/** The preference lists of a resource that nothing need be solved for, by its mode. CUSTOMIZED has none. */
export function unsolvedLists(
  snapshot: ClusterSnapshot,
  context: ResourceContext,
  remembered: PreferenceLists | undefined,
): PreferenceLists {
  const mode = context.ideal?.mode;
  if (mode === 'SEMI_AUTO') return givenLists(context);
  if (mode === 'FULL_AUTO') return frozenLists(snapshot, context, remembered);
  return new Map();
}
