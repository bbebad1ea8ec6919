export type { RoutingChange } from './change-feed.ts';
export { type LiveInstanceInfo, type RoutingSources, RoutingTable } from './routing-table.ts';
export { type SpectateOptions, type Spectator, spectate } from './spectate.ts';
