export { placePlain } from './place-plain.ts';
export type { Placement, PlacementNode, PlacementRequest, PlacementResult, PreferenceLists } from './placement.ts';
