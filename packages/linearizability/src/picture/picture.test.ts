import { describe, expect, it } from 'vitest';
import { generateHistory } from '../../test-support/histories.mjs';
import { checkHistory } from '../check/check-history.ts';
import type { Failure } from '../check/verdict.ts';
import type { Operation } from '../history/operation.ts';
import { lockSpecification } from '../specifications/lock.ts';
import { type RegisterInput, type RegisterOutput, registerSpecification } from '../specifications/register.ts';
import { renderHtml } from './html.ts';
import { renderSvg } from './svg.ts';
import { timelineOf } from './timeline.ts';

const specification = registerSpecification({ initial: 0 });
const register: Operation<RegisterInput, RegisterOutput>[] = [
  { client: 'a', input: { op: 'write', value: '<b>&"' }, invokedAt: 1, outcome: 'returned', output: {}, returnedAt: 4 },
  { client: 'b', input: { op: 'write', value: 7 }, invokedAt: 2, outcome: 'unknown' },
  { client: 'b', input: { op: 'read' }, invokedAt: 5, outcome: 'returned', output: { value: 0 }, returnedAt: 6 },
];

function failureOf<S, I, O>(verdict: ReturnType<typeof checkHistory<S, I, O>>): Failure<S, I, O> {
  if (verdict.verdict !== 'not-linearizable') throw new Error('was expected to fail');
  return verdict.failures[0];
}

describe('the picture', () => {
  it('shows what fails, where it gets stuck, and what ran beside', () => {
    const { bars, rows, states, stuck } = timelineOf(specification, failureOf(checkHistory(specification, register)));
    expect(bars.map(({ client, role, row, openEnd }) => ({ client, role, row, openEnd }))).toEqual([
      { client: 'a', role: 'failing', row: 0, openEnd: false },
      { client: 'b', role: 'context', row: 1, openEnd: true },
      { client: 'b', role: 'stuck', row: 2, openEnd: false },
    ]);
    expect(rows).toEqual(['a', 'b', 'b']);
    expect(stuck).toBe('read → 0');
    expect(states.toSorted()).toEqual(['"<b>&\\""', '7']);
  });

  it('gives every label room in its bar, and no two bars of a row the same place, with ten clients', () => {
    const lock = lockSpecification();
    const failing = Array.from({ length: 400 }, (_, seed) =>
      checkHistory(lock, generateHistory('lock', seed + 1) as never),
    )
      .filter(({ verdict }) => verdict === 'not-linearizable')
      .map(failureOf);
    expect(failing.length).toBeGreaterThan(50);
    for (const failure of failing) {
      const { bars, width, rows } = timelineOf(lock, failure);
      for (const bar of bars) {
        expect(bar.right - bar.left).toBeGreaterThanOrEqual(bar.label.length * 7);
        expect(bar.right).toBeLessThanOrEqual(width);
        expect(rows[bar.row]).toBe(bar.client);
        const beside = bars.filter((other) => other !== bar && other.row === bar.row);
        expect(beside.every((other) => other.right < bar.left || other.left > bar.right)).toBe(true);
      }
    }
  });

  it('is an SVG image that stands alone and carries no markup of the data', () => {
    const svg = renderSvg(specification, failureOf(checkHistory(specification, register)));
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg.match(/<title>/g)).toHaveLength(3);
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('&lt;b&gt;&amp;');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<image/);
  });

  it('is an HTML page of one file', () => {
    const html = renderHtml(specification, failureOf(checkHistory(specification, register)), { title: 'A & B' });
    expect(html).toContain('<title>A &amp; B</title>');
    expect(html).toContain('gets stuck at <code>read → 0</code>');
    expect(html).not.toContain('<b>');
    expect(html.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|href=/);
  });

  it('replaces characters that an XML document may not hold', () => {
    const odd = [
      { ...register[0], input: { op: 'write', value: '\u0000' } } as (typeof register)[number],
      ...register.slice(1),
    ];
    expect(renderSvg(specification, failureOf(checkHistory(specification, odd)))).not.toContain('\u0000');
  });
});
