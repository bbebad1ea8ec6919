import { type ScenarioFigures, type Summary, spreadOf } from './summary.ts';

/** One row of the table. */
interface Row {
  readonly name: string;
  readonly cells: readonly string[];
}

const shown = (figure: number): string => figure.toFixed(3);

/** The distribution per kind of scenario, as a table for people. */
export function tableOf(all: readonly ScenarioFigures[], summary: Summary): string {
  const kinds = new Map<string, ScenarioFigures[]>();
  for (const one of all) {
    const { family, weighted } = one;
    const key = `${family}${weighted ? ', weighted' : ''}`;
    kinds.set(key, [...(kinds.get(key) ?? []), one]);
  }
  const rows = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, figures]) => rowOf(name, figures));
  rows.push(
    rowOf(
      'all without weights',
      all.filter(({ weighted }) => !weighted),
    ),
  );
  rows.push(
    rowOf(
      'all with weights',
      all.filter(({ weighted }) => weighted),
    ),
  );
  const head: Row = {
    name: 'scenarios',
    cells: [
      'n',
      'median',
      'p99',
      'worst',
      'leaders +',
      'any sets +',
      'leaders max',
      'load max',
      'left out',
      'faulty',
      'proven',
      'no balance',
    ],
  };
  const widths = head.cells.map((cell, at) =>
    Math.max(cell.length, ...rows.map(({ cells }) => cells[at]?.length ?? 0)),
  );
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const lines = [head, ...rows].map(
    ({ name, cells }) =>
      `${name.padEnd(nameWidth)}  ${cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  ')}`,
  );
  const { firstQuarter, lastQuarter } = summary.sequences;
  return [
    ...lines,
    '',
    'median, p99, worst: copied replicas over their lower bound; proven: scenarios whose bound is known to be the optimum. leaders +, any sets +: leader changes above the fewest for the',
    'replicas as they are, and for any sets of replicas, as a part of all leaders.',
    'leaders max, load max: the fullest node over its fair share (leaders: rounded up to a whole one). left out: replicas that have a',
    'place and got none. faulty: a hard constraint broken, a replica left out, or the balance asked for missed although there is an',
    'answer that has it; no balance: proven that there is none.',
    `Sequences of 200 changes: ${shown(firstQuarter)} in the first quarter, ${shown(lastQuarter)} in the last. ${summary.answers} answers judged.`,
  ].join('\n');
}

function rowOf(name: string, figures: readonly ScenarioFigures[]): Row {
  const { median, p99, worst } = spreadOf(figures.map(({ movement }) => movement));
  const most = (of: (one: ScenarioFigures) => number): number => Math.max(...figures.map(of));
  const faulty = figures.filter(({ faults }) => faults.length > 0).length;
  return {
    name,
    cells: [
      `${figures.length}`,
      shown(median),
      shown(p99),
      shown(worst),
      shown(most(({ leadersOver }) => leadersOver)),
      shown(most(({ leadersOverAll }) => leadersOverAll)),
      shown(most(({ leaderMax }) => leaderMax)),
      shown(most(({ loadMax }) => loadMax)),
      `${figures.reduce((sum, { unplaced }) => sum + unplaced, 0)}`,
      `${faulty}`,
      `${figures.filter(({ exact }) => exact).length}`,
      `${figures.filter(({ unreachable }) => unreachable > 0).length}`,
    ],
  };
}

/** How badly a scenario went, for the list of the worst. */
function badness({ movement, leadersOver, leaderMax, unplaced, faults, weighted }: ScenarioFigures): number {
  const allowed = weighted ? 1.05 : 1;
  return (
    100 * unplaced +
    10 * faults.length +
    Math.max(0, movement - allowed) +
    (movement - 1) / 10 +
    leadersOver +
    Math.max(0, leaderMax - 1.05)
  );
}

/** The worst ones first. */
export function worstOf(all: readonly ScenarioFigures[], count: number): ScenarioFigures[] {
  return [...all].sort((a, b) => badness(b) - badness(a)).slice(0, count);
}

/** One scenario in one line. */
export function lineOf(figures: ScenarioFigures): string {
  const { number, family, weighted, partitions, nodes, movement, leadersOver, leaderMax, loadMax, faults } = figures;
  const what = `${number} ${family}${weighted ? ', weighted' : ''}, ${partitions} × ${nodes}`;
  const measured = `moves ${shown(movement)}${figures.exact ? '' : ' at most'}, leaders +${shown(leadersOver)}, leaders max ${shown(leaderMax)}, load max ${shown(loadMax)}`;
  return [`${what}: ${measured}`, ...faults.slice(0, 3)].join(' | ');
}
