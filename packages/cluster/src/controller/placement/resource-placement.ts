import type { ReplicaReason } from '../replica-reason.ts';
import type { PlacementInputs } from './placement-inputs.ts';
import type { PreferenceLists } from './previous-lists.ts';
import type { Solution } from './solver.ts';

/** The solutions for resources that are placed together. */
export interface GroupSolutions {
  /** Nodes that are away, but not for too long, keeping their places. */
  readonly all: Solution | undefined;
  /** Without these nodes, where that was worked out as well. */
  readonly withoutAway: Solution | undefined;
}

/** Where the replicas of a FULL_AUTO resource are to be, and why. */
export interface ResourcePlacement {
  readonly lists: PreferenceLists;
  /** Wall time in milliseconds at which an away node loses its places. */
  readonly lookAgainMs: number | undefined;
  /** Why it is not placed anew. Its replicas keep their places; lost ones are still made up for by those that are there. */
  readonly fault: ReplicaReason | undefined;
  /** Why an instance holds no replica of a partition, as a sentence; worked out when it is asked for. */
  readonly whyNot: (partition: string, instance: string) => string | undefined;
  /** Why fewer replicas of a partition are placed than are wanted, as a sentence. */
  readonly shortage: (partition: string) => string | undefined;
  /** The solution it was taken from, for the next one to build on. */
  readonly solutions: GroupSolutions;
  /** What it was worked out from. */
  readonly inputs: PlacementInputs;
}
