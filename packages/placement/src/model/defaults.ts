import type { PlacementGoals } from './problem.ts';

/** What is asked for where a problem says nothing: the defaults named at each field of `PlacementGoals`. */
export const DEFAULT_GOALS: PlacementGoals = Object.freeze({
  tolerance: 0.02,
  leaderTolerance: 0.02,
  evenness: 100,
  resourceEvenness: 1,
  leaderEvenness: 10,
  moves: 1,
  bytes: 0,
  leaderChanges: 0.5,
  spread: 0.1,
  preferredLeaders: 0.25,
  affinity: 0.5,
  copysets: 0,
});

/** `goals` with every field that is missing, or `undefined`, at its default. */
export function completeGoals(goals: Partial<PlacementGoals> | undefined): PlacementGoals {
  const complete: Record<string, number> = { ...DEFAULT_GOALS };
  for (const [name, value] of Object.entries(goals ?? {})) if (value !== undefined) complete[name] = value;
  return complete as unknown as PlacementGoals;
}
