import type { Outcome, Verdict } from './judge.ts';

/** How figures are spread. */
export interface Spread {
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
}

/** What a scenario amounts to, all its changes together. */
export interface ScenarioFigures {
  readonly outcome: Outcome;
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

/** Moves over their bound; where nothing had to move, every move counts whole. */
function movesOverBound(verdicts: readonly Verdict[]): number {
  const moves = sum(verdicts, (verdict) => verdict.moves);
  const bound = sum(verdicts, (verdict) => verdict.moveBound);
  return bound === 0 ? 1 + moves : moves / bound;
}

/** Adds up a scenario. */
export function figuresOf(outcome: Outcome): ScenarioFigures {
  const { verdicts } = outcome;
  const changes = verdicts.filter(({ part }) => part === 'change');
  const allLeaders = sum(changes, (verdict) => verdict.leaders);
  const leaders = Math.max(1, allLeaders);
  const over = sum(changes, ({ leaderChanges, leaderBoundHere }) => Math.max(0, leaderChanges - leaderBoundHere));
  const overAll = sum(changes, ({ leaderChanges, leaderBound }) => Math.max(0, leaderChanges - leaderBound));
  return {
    outcome,
    movement: movesOverBound(changes),
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
    spreadOf(all.filter(({ outcome }) => outcome.scenario.weighted === weighted).map((one) => one.movement));
  const sequences = all.map(({ outcome }) => outcome.verdicts).filter(({ length }) => length > 100);
  const quarter = (from: number): number =>
    movesOverBound(
      sequences.flatMap((verdicts) =>
        verdicts.slice(1 + from * ((verdicts.length - 1) / 4)).slice(0, (verdicts.length - 1) / 4),
      ),
    );
  return {
    scenarios: all.length,
    movement: { unweighted: movement(false), weighted: movement(true) },
    leaders: {
      worstOverBound: Math.max(...all.map(({ leadersOver }) => leadersOver)),
      worstOverAnySets: Math.max(...all.map(({ leadersOverAll }) => leadersOverAll)),
      worstMaxOverMean: Math.max(...all.map(({ leaderMax }) => leaderMax)),
    },
    placeableUnplaced: all.reduce((total, { unplaced }) => total + unplaced, 0),
    answers: all.reduce((total, { outcome }) => total + outcome.verdicts.length, 0),
    faulty: all.filter(({ faults }) => faults.length > 0).length,
    unreachable: all.filter(({ unreachable }) => unreachable > 0).length,
    exact: all.filter(({ exact, outcome }) => exact && outcome.scenario.weighted).length,
    sequences: { firstQuarter: quarter(0), lastQuarter: quarter(3) },
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
