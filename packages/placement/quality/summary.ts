import type { Outcome, Verdict } from './judge.ts';

/** How figures are spread. */
export interface Spread {
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
}

/** Moves and what they are measured by. */
interface Moved {
  readonly moves: number;
  readonly bound: number;
}

/** What a scenario amounts to, all its changes together. Plain data: it goes from thread to thread. */
export interface ScenarioFigures {
  readonly number: number;
  readonly family: string;
  readonly weighted: boolean;
  readonly partitions: number;
  readonly nodes: number;
  /** Answers judged. */
  readonly answers: number;
  /** Long sequences: the first and the last quarter of the changes. */
  readonly quarters: { readonly first: Moved; readonly last: Moved } | undefined;
  /** Moves over their bound; 1 where neither is any. */
  readonly movement: number;
  /** Leader changes above the fewest that the answer's own sets of replicas allow, as a part of all leaders. */
  readonly leadersOver: number;
  /** The same above the fewest that any sets of replicas allow, were copies for nothing. */
  readonly leadersOverAll: number;
  readonly leaderMax: number;
  readonly loadMax: number;
  readonly unplaced: number;
  /** Whether the bound is known to be the optimum in every change. */
  readonly exact: boolean;
  /** How far outside the balance asked for every answer to some question is, by proof; 0 where balance could be had. */
  readonly unreachable: number;
  readonly faults: readonly string[];
}

/** What the command prints with `--json`. */
export interface Summary {
  readonly scenarios: number;
  readonly movement: { readonly unweighted: Spread; readonly weighted: Spread };
  readonly leaders: {
    readonly worstOverBound: number;
    /** Above the bound over all sets of replicas there could be, whatever copies they would cost: nothing is promised here. */
    readonly worstOverAnySets: number;
    readonly worstMaxOverMean: number;
  };
  readonly placeableUnplaced: number;
  /** Answers judged, those in the middle of sequences too. */
  readonly answers: number;
  /** Scenarios in which a hard constraint is broken, a placeable replica left out or the balance asked for missed although an answer has it. */
  readonly faulty: number;
  /** Scenarios in which no answer at all has the balance asked for, by proof: single replicas are too heavy for it. */
  readonly unreachable: number;
  /** Weighted scenarios whose bound is known to be the optimum. */
  readonly exact: number;
  /** Long sequences: moves over their bound in the first and in the last quarter of the changes. */
  readonly sequences: { readonly firstQuarter: number; readonly lastQuarter: number };
}

const sum = (verdicts: readonly Verdict[], of: (verdict: Verdict) => number): number =>
  verdicts.reduce((total, verdict) => total + of(verdict), 0);

const movedBy = (verdicts: readonly Verdict[]): Moved => ({
  moves: sum(verdicts, (verdict) => verdict.moves),
  bound: sum(verdicts, (verdict) => verdict.moveBound),
});

/** Moves over their bound; where nothing had to move, every move counts whole. */
const ratioOf = ({ moves, bound }: Moved): number => (bound === 0 ? 1 + moves : moves / bound);

/** Adds up a scenario. */
export function figuresOf({ scenario, verdicts, partitions, nodes }: Outcome): ScenarioFigures {
  const changes = verdicts.filter(({ part }) => part === 'change');
  const leaders = Math.max(
    1,
    sum(changes, (verdict) => verdict.leaders),
  );
  const over = sum(changes, ({ leaderChanges, leaderBoundHere }) => Math.max(0, leaderChanges - leaderBoundHere));
  const overAll = sum(changes, ({ leaderChanges, leaderBound }) => Math.max(0, leaderChanges - leaderBound));
  const quarter = Math.floor(changes.length / 4);
  return {
    number: scenario.number,
    family: scenario.family,
    weighted: scenario.weighted,
    partitions,
    nodes,
    answers: verdicts.length,
    quarters:
      changes.length < 100
        ? undefined
        : { first: movedBy(changes.slice(0, quarter)), last: movedBy(changes.slice(-quarter)) },
    movement: ratioOf(movedBy(changes)),
    leadersOver: over / leaders,
    leadersOverAll: overAll / leaders,
    leaderMax: Math.max(...verdicts.map(({ leaderMax }) => leaderMax)),
    loadMax: Math.max(...verdicts.map(({ loadMax }) => loadMax)),
    unplaced: sum(verdicts, ({ unplaced }) => unplaced),
    exact: changes.every(({ exact }) => exact),
    unreachable: Math.max(...verdicts.map(({ unreachable }) => unreachable)),
    faults: verdicts.flatMap(({ part, faults }, at) => faults.map((fault) => `${part} ${at}: ${fault}`)),
  };
}

/** Median, 99th percentile (the nearest rank) and worst. */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 1;
  return { median: at(0.5), p99: at(0.99), worst: at(1) };
}

/** Everything in a few figures. */
export function summarize(all: readonly ScenarioFigures[]): Summary {
  const movement = (weighted: boolean): Spread =>
    spreadOf(all.filter((one) => one.weighted === weighted).map((one) => one.movement));
  const quarters = all.flatMap((one) => one.quarters ?? []);
  const together = (moved: readonly Moved[]): number =>
    ratioOf({
      moves: moved.reduce((total, { moves }) => total + moves, 0),
      bound: moved.reduce((total, { bound }) => total + bound, 0),
    });
  return {
    scenarios: all.length,
    movement: { unweighted: movement(false), weighted: movement(true) },
    leaders: {
      worstOverBound: Math.max(...all.map(({ leadersOver }) => leadersOver)),
      worstOverAnySets: Math.max(...all.map(({ leadersOverAll }) => leadersOverAll)),
      worstMaxOverMean: Math.max(...all.map(({ leaderMax }) => leaderMax)),
    },
    placeableUnplaced: all.reduce((total, { unplaced }) => total + unplaced, 0),
    answers: all.reduce((total, { answers }) => total + answers, 0),
    faulty: all.filter(({ faults }) => faults.length > 0).length,
    unreachable: all.filter(({ unreachable }) => unreachable > 0).length,
    exact: all.filter(({ exact, weighted }) => exact && weighted).length,
    sequences: {
      firstQuarter: together(quarters.map(({ first }) => first)),
      lastQuarter: together(quarters.map(({ last }) => last)),
    },
  };
}

/** The promises that are kept or not, in words. */
export function missedTargets(summary: Summary): string[] {
  const { movement, leaders, placeableUnplaced, faulty } = summary;
  const targets: readonly (readonly [string, number, number])[] = [
    ['moves over the bound, unweighted', movement.unweighted.worst, 1],
    ['moves over the bound, weighted', movement.weighted.worst, 1.05],
    ['leader changes over the bound, as a part of all leaders', leaders.worstOverBound, 0.01],
    ['leaders of the fullest node over its fair share', leaders.worstMaxOverMean, 1.05],
    ['placeable replicas left out', placeableUnplaced, 0],
    ['scenarios with faults', faulty, 0],
  ];
  return targets.flatMap(([name, figure, most]) =>
    figure > most + 1e-9 ? [`${name}: ${Number(figure.toFixed(4))}, ${most} at most`] : [],
  );
}
