export { type Answer, countAnswer, maxOverFair, outsideRanges, readAnswer } from './answer.ts';
export { brokenConstraints } from './check-hard.ts';
export { bestOfAll, movesOf } from './exhaustive.ts';
export { type ClusterFacts, factsOf, type Standing } from './facts.ts';
export { fairLeaders, fairLoads, type Range } from './fair-shares.ts';
export { leaderBound, leaderRanges } from './leader-bound.ts';
export { moveBound, replicaRanges } from './move-bound.ts';
export { loadRanges, weightedBound } from './weighted-bound.ts';
