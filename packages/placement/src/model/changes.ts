import { Inspection } from './check/inspection.ts';
import { checkFields, type Fields, requiredItemsOf, shown } from './check/values.ts';
import type {
  PlacementGoals,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
} from './problem.ts';
import { type ChangedProblem, ProblemDraft, type Standing } from './problem-draft.ts';

/** One thing that becomes different about a problem. */
export type PlacementChange =
  /** A node that was not there. */
  | { readonly type: 'add-node'; readonly node: PlacementNode }
  /** A node that is no more, and with it the pins, bans and preferences of partitions that name it. */
  | { readonly type: 'remove-node'; readonly name: string }
  /** Other values for some fields of a node; `undefined` takes a field away. */
  | { readonly type: 'change-node'; readonly name: string; readonly patch: Partial<Omit<PlacementNode, 'name'>> }
  /** A partition that is new or different. One that is there already and is given without `current` keeps its replicas. */
  | { readonly type: 'set-partition'; readonly resource: string; readonly partition: PlacementPartition }
  /** A partition that is no more. */
  | { readonly type: 'remove-partition'; readonly resource: string; readonly partition: string }
  /** A resource that was not there. */
  | { readonly type: 'add-resource'; readonly resource: PlacementResource }
  /** A resource that is no more, and with it the affinities and the disabled patterns that name it. */
  | { readonly type: 'remove-resource'; readonly name: string }
  /** Other values for some goals; the others stay as they are. */
  | { readonly type: 'goals'; readonly goals: Partial<PlacementGoals> }
  /** The present, for nodes that are offline: their grace may be over. */
  | { readonly type: 'now'; readonly nowMs: number };

/** Nothing is known but the problem. */
const UNKNOWN: Standing = { isMentioned: () => true, isStray: () => false, currentOf: () => undefined };

/** How each type of change is made to a draft. */
const MAKE: Readonly<Record<PlacementChange['type'], (draft: ProblemDraft, change: Fields) => void>> = {
  'add-node': (draft, change) => draft.addNode(change.node),
  'remove-node': (draft, change) => draft.removeNode(change.name),
  'change-node': (draft, change) => draft.changeNode(change.name, change.patch),
  'set-partition': (draft, change) => draft.setPartition(change.resource, change.partition),
  'remove-partition': (draft, change) => draft.removePartition(change.resource, change.partition),
  'add-resource': (draft, change) => draft.addResource(change.resource),
  'remove-resource': (draft, change) => draft.removeResource(change.name),
  goals: (draft, change) => draft.setGoals(change.goals),
  now: (draft, change) => draft.setNow(change),
};

/**
 * The problem after the changes, made one after the other; `problem` itself stays as it is and shares what did not change. What the
 * changes say is checked as `checkProblem` would; the rest of the problem is taken to be sound.
 *
 * O(nodes + resources + partitions of the resources whose partitions change), and a look at every partition for a node removed.
 *
 * @throws PlacementError listing everything that is wrong with the changes, with paths like `changes[3].node.share`.
 */
export function applyChanges(problem: PlacementProblem, changes: readonly PlacementChange[]): PlacementProblem {
  return changeProblem(problem, changes, UNKNOWN).problem;
}

/** The same with what became of the partitions, for who knows more about what stands than the problem says. */
export function changeProblem(
  problem: PlacementProblem,
  changes: readonly PlacementChange[],
  standing: Standing,
): ChangedProblem {
  const inspection = new Inspection();
  const draft = new ProblemDraft(problem, inspection, standing);
  const items = requiredItemsOf(inspection, { changes }, 'changes');
  inspection.enter('changes');
  for (const [i, change] of items.entries()) {
    inspection.enter(i);
    if (checkFields(inspection, change)) {
      if (isType(change.type)) MAKE[change.type](draft, change);
      else inspection.faultAt('type', `must be one of ${Object.keys(MAKE).join(', ')}, is ${shown(change.type)}`);
    }
    inspection.leave();
  }
  inspection.leave();
  inspection.conclude();
  return draft.finish();
}

function isType(type: unknown): type is PlacementChange['type'] {
  return typeof type === 'string' && Object.hasOwn(MAKE, type);
}
