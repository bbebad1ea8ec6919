/** Collects figures of several rounds and prints the median of each, side by side, with how far ahead Keelson is of each peer. */
import process from 'node:process';

/**
 * @param {readonly string[]} names of the columns
 * @param {string} own the column that is Keelson's
 * @param {string} title where there are several tables
 */
export function collect(names, own, title = '') {
  const rows = new Map();
  return {
    names,
    own,
    title,
    rows,
    add(name, figures) {
      for (const { figure, unit, value, better } of figures) {
        const row = rows.get(figure) ?? { unit, better, values: new Map() };
        row.values.set(name, [...(row.values.get(name) ?? []), value]);
        rows.set(figure, row);
      }
    },
  };
}

/** Prints tables, or with `json` one object. Ratios say how many times better Keelson is than the peer: above 1 it is ahead. */
export function print(tables, { json }) {
  const done = tables.map((figures) => ({ title: figures.title, rows: rowsOf(figures) }));
  if (json) process.stdout.write(`${JSON.stringify({ node: process.version, tables: done })}\n`);
  else for (const [index, table] of done.entries()) process.stdout.write(`${text(table, tables[index])}\n\n`);
}

function rowsOf({ names, own, rows }) {
  const peers = names.filter((name) => name !== own);
  return [...rows].map(([figure, { unit, better, values }]) => {
    const medians = Object.fromEntries([...values].map(([name, all]) => [name, median(all)]));
    const ahead = peers
      .filter((peer) => peer in medians && own in medians)
      .map((peer) => [peer, better === 'more' ? medians[own] / medians[peer] : medians[peer] / medians[own]])
      // Nothing divided by nothing says nothing.
      .filter(([, ratio]) => Number.isFinite(ratio));
    return { figure, unit, better, values: medians, ahead: Object.fromEntries(ahead) };
  });
}

function text({ title, rows }, { names, own }) {
  const peers = names.filter((name) => name !== own);
  const head = [title, own, ...peers.flatMap((peer) => [peer, 'ahead'])];
  const lines = rows.map(({ figure, unit, values, ahead }) => [
    figure,
    show(values[own], unit),
    ...peers.flatMap((peer) => [show(values[peer], unit), ahead[peer]?.toFixed(2) ?? '–']),
  ]);
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column].length)));
  return all
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column] + 2))).join(''),
    )
    .join('\n');
}

function show(value, unit) {
  if (value === undefined) return '–';
  return `${value >= 100 ? Math.round(value) : value.toPrecision(3)} ${unit}`.trim();
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value that `share` of them do not pass. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
