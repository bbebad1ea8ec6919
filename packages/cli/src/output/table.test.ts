import { expect, test } from 'vitest';
import { facts, printable, table } from './table.ts';

const plain = (text: string): string => text;

test('columns are aligned and lines have no trailing spaces', () => {
  const rows = [
    { name: 'a', count: 12 },
    { name: 'worker-10', count: 3 },
  ];
  const text = table(
    rows,
    [
      { title: 'name', value: (row) => row.name },
      { title: 'count', value: (row) => String(row.count), align: 'right' },
      { title: 'note', value: () => '' },
    ],
    plain,
  );
  expect(text).toBe('NAME       COUNT  NOTE\na             12\nworker-10      3');
});

test('facts align their values', () => {
  expect(
    facts(
      [
        ['a', '1'],
        ['long', '2'],
      ],
      plain,
    ),
  ).toBe('a     1\nlong  2');
});

test('text from the store cannot steer the terminal', () => {
  expect(printable('a\u001b[2Jb\u0000c\u202Ed')).toBe('a�[2Jb�c�d');
});
