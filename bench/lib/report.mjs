/** Collects figures of several rounds and prints the median of each, side by side, with the ratio. */
import process from 'node:process';

export function collect(names) {
  const rows = new Map();
  return {
    names,
    rows,
    add(name, figures) {
      for (const { figure, unit, value, better } of figures) {
        const row = rows.get(figure) ?? { unit, better, values: Object.fromEntries(names.map((one) => [one, []])) };
        row.values[name].push(value);
        rows.set(figure, row);
      }
    },
  };
}

/** Ratios say how many times better the second column is than the first: above 1 it is ahead. */
export function print({ names, rows }, { json }) {
  const [peer, own] = names;
  const table = [...rows].map(([figure, { unit, better, values }]) => {
    const [theirs, ours] = [median(values[peer]), median(values[own])];
    return {
      figure,
      unit,
      better,
      [peer]: theirs,
      [own]: ours,
      ratio: better === 'more' ? ours / theirs : theirs / ours,
    };
  });
  if (json) process.stdout.write(`${JSON.stringify({ node: process.version, rows: table })}\n`);
  else process.stdout.write(`${text(table, peer, own)}\n`);
}

function text(table, peer, own) {
  const lines = [['', peer, own, 'ahead if > 1']];
  for (const row of table)
    lines.push([row.figure, show(row[peer], row.unit), show(row[own], row.unit), row.ratio.toFixed(2)]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column] + 2))).join(''),
    )
    .join('\n');
}

const show = (value, unit) => `${value >= 100 ? Math.round(value) : value.toFixed(2)} ${unit}`;

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
