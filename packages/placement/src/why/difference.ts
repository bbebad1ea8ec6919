import { NONE } from '../model/compiled.ts';
import { copiesOf, leaderChangesOf, preferenceMissed, sharingPairs } from '../score/partition-terms.ts';
import { leads, slotLoad } from '../score/standing.ts';
import { type Figures, TERM_NAMES, type TermName } from '../score/terms.ts';
import { affinityChange, type Change } from './affinity-change.ts';
import type { Situation } from './situation.ts';
import type { TopScale } from './top-scale.ts';

/** What a term would change by. Positive is worse. */
export interface TermDifference {
  readonly figure: number;
  readonly penalty: number;
  /** Of the evenness terms: by how many percent of its fair share more the node furthest outside its range would lie outside. */
  readonly percent?: number;
}

/** A score minus another. */
export interface ScoreDifference {
  /** Sum over all terms: above 0, the change would make it worse. */
  readonly penalty: number;
  /** Only the terms that change. */
  readonly terms: Readonly<Partial<Record<TermName, TermDifference>>>;
}

const NO_DIFFERENCE: ScoreDifference = Object.freeze({ penalty: 0, terms: Object.freeze({}) });

/**
 * What the score would change by if the replicas of `p` stood on `after` (by slot) instead: one of them moved, or two exchanged.
 * O(D + R² + affinities).
 */
export function differenceOf(situation: Situation, p: number, after: Int32Array): ScoreDifference {
  const before = situation.nodesOf(p);
  const touched: number[] = [];
  const touch = (n: number): void => {
    if (n !== NONE && !touched.includes(n)) touched.push(n);
  };
  for (let i = 0; i < after.length; i++) {
    if (after[i] === before[i]) continue;
    touch(after[i] ?? NONE);
    touch(before[i] ?? NONE);
  }
  if (touched.length === 0) return NO_DIFFERENCE;
  const from = situation.problem.slotsFrom[p] ?? 0;
  return weighed(situation, figuresChange(situation, { p, from, before, after, touched }));
}

/** How far the node furthest outside lies outside, before and after, in percent. */
interface Outside {
  readonly before: number;
  readonly after: number;
}

interface Changes {
  readonly figures: Figures;
  readonly percents: Readonly<Partial<Record<TermName, number>>>;
}

function weighed({ problem: { goals } }: Situation, { figures, percents }: Changes): ScoreDifference {
  const terms: Partial<Record<TermName, TermDifference>> = {};
  let penalty = 0;
  for (const name of TERM_NAMES) {
    const figure = figures[name];
    if (figure === 0) continue;
    const percent = percents[name];
    terms[name] = { figure, penalty: figure * goals[name], ...(percent === undefined ? {} : { percent }) };
    penalty += figure * goals[name];
  }
  return { penalty, terms };
}

function figuresChange(situation: Situation, change: Change): Changes {
  const { problem } = situation;
  const { p, before, after } = change;
  const k = problem.resourceOf[p] ?? 0;
  const local = (term: (of: typeof problem, p: number, nodes: Int32Array, from: number) => number): number =>
    term(problem, p, after, 0) - term(problem, p, before, 0);
  const moves = local(copiesOf);
  const load = situation.dimensions.map((top, d) => outside(top, change, (s) => slotLoad(problem, p, s, d)));
  const ofResource = [outside(situation.resourceScale(k), change, () => 1)];
  const leaders = [outside(situation.leaders, change, (s) => (leads(problem, p, s) ? 1 : 0))];
  let spread = 0;
  for (const domain of problem.widerDomains) spread += local((of, at, nodes) => sharingPairs(of, at, domain, nodes, 0));
  const figures = {
    evenness: squares(load),
    resourceEvenness: squares(ofResource),
    leaderEvenness: squares(leaders),
    moves,
    bytes: situation.meanBytes > 0 ? (moves * (problem.bytes[p] ?? 0)) / situation.meanBytes : 0,
    leaderChanges: local(leaderChangesOf),
    spread,
    preferredLeaders: local(preferenceMissed),
    affinity: affinityChange(situation, change),
    copysets: copysetChange(situation, change),
  };
  const percents = { evenness: worst(load), resourceEvenness: worst(ofResource), leaderEvenness: worst(leaders) };
  return { figures, percents };
}

const squares = (all: readonly Outside[]): number =>
  all.reduce((sum, { before, after }) => sum + after * after - before * before, 0);

const worst = (all: readonly Outside[]): number =>
  Math.max(...all.map(({ after }) => after)) - Math.max(...all.map(({ before }) => before));

function outside(top: TopScale, change: Change, loadOf: (s: number) => number): Outside {
  const { before, after, from, touched } = change;
  const more = (n: number): number => {
    let sum = 0;
    for (let i = 0; i < after.length; i++) {
      if (after[i] === before[i]) continue;
      if (after[i] === n) sum += loadOf(from + i);
      if (before[i] === n) sum -= loadOf(from + i);
    }
    return sum;
  };
  return { before: top.percent, after: top.percentWith(touched, more) };
}

function copysetChange(situation: Situation, { before, after }: Change): number {
  if (situation.problem.goals.copysets === 0) return 0;
  if (before.slice().sort().join() === after.slice().sort().join()) return 0;
  const { copysets } = situation;
  const isSet = (nodes: Int32Array): boolean => nodes.some((n) => n !== NONE);
  const left = isSet(before) && copysets.partitionsOn(before) === 1 ? 1 : 0;
  const made = isSet(after) && copysets.partitionsOn(after) === 0 ? 1 : 0;
  return made - left;
}
