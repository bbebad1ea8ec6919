export type { RoutingChange } from './change-feed.ts';
export { type LiveInstanceInfo, type RoutingSources, RoutingTable } from './routing-table.ts';
export { type SpectateOptions, spectate } from './spectate.ts';
export type { Spectator } from './spectator.ts';
