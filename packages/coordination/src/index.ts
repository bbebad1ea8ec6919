export { type CampaignOptions, campaign } from './campaign.ts';
export type { Leadership } from './leadership.ts';
export { type ObservedLeader, type ObserveLeaderOptions, observeLeader } from './observe-leader.ts';
