import type { ReplicaReason } from '../replica-reason.ts';
import type { PlacementInputs } from './placement-inputs.ts';
import type { PreferenceLists } from './previous-lists.ts';

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
  /** What it was worked out from. */
  readonly inputs: PlacementInputs;
}
