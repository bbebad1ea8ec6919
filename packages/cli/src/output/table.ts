/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

/** Turns text into styled text of the same width. */
export type Style = (text: string, style: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan') => string;

/** Aligned columns under their titles; lines without trailing spaces. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: Style): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row))));
  const widths = columns.map((column, index) =>
    Math.max(width(column.title), ...cells.map((line) => width(line[index] ?? ''))),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join('  ')
      .trimEnd();
  const head = style(line(columns.map((column) => column.title.toUpperCase())), 'bold');
  return [head, ...cells.map(line)].join('\n');
}

/** Label and value, one pair a line, values aligned. */
export function facts(pairs: readonly (readonly [string, string])[], style: Style): string {
  const widest = Math.max(0, ...pairs.map(([label]) => width(label)));
  return pairs
    .map(([label, value]) => `${style(pad(label, widest, 'left'), 'bold')}  ${printable(value)}`.trimEnd())
    .join('\n');
}

/** Text from a store without what would move a terminal's cursor or change its colours. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Bidi_C}/gu, '�');
}

function pad(text: string, size: number, align: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, size - width(text)));
  return align === 'left' ? text + spaces : spaces + text;
}

function width(text: string): number {
  return Array.from(text).length;
}
