export { placeResources } from './place-resources.ts';
export { wantedReplicas } from './placement-resource.ts';
export { holders, type PreferenceLists } from './previous-lists.ts';
export type { ResourcePlacement } from './resource-placement.ts';
export { type Solver, solvePlacement } from './solver.ts';
