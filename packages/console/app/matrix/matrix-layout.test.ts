import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellAt,
  cellMeaning,
  cellOrigin,
  type LayoutInput,
  layoutMatrix,
  moveByKey,
  scrollToShow,
  visibleCells,
} from './matrix-layout.ts';

const SMALL: LayoutInput = {
  partitions: 48,
  instances: 5,
  viewportWidth: 1_000,
  partitionLabel: 14,
  instanceLabel: 52,
  density: 'normal',
  flipped: false,
};

const anyLayout = fc
  .record({
    partitions: fc.integer({ min: 1, max: 3_000 }),
    instances: fc.integer({ min: 1, max: 200 }),
    viewportWidth: fc.integer({ min: 200, max: 2_000 }),
    partitionLabel: fc.integer({ min: 0, max: 400 }),
    instanceLabel: fc.integer({ min: 0, max: 400 }),
    density: fc.constantFrom('normal' as const, 'dense' as const),
    flipped: fc.boolean(),
  })
  .map(layoutMatrix);

const anyScroll = fc.record({
  left: fc.nat(5_000),
  top: fc.nat(5_000),
  width: fc.constant(900),
  height: fc.constant(500),
});

describe('layoutMatrix', () => {
  it('lays few instances down and all partitions across, where they fit', () => {
    const layout = layoutMatrix(SMALL);
    expect(layout).toMatchObject({ orientation: 'instances-down', rows: 5, columns: 48 });
    expect(layout.contentWidth).toBeLessThanOrEqual(SMALL.viewportWidth);
  });

  it('lays partitions down on a narrow screen, and spreads few instances over its width', () => {
    const layout = layoutMatrix({ ...SMALL, viewportWidth: 370 });
    expect(layout).toMatchObject({ orientation: 'partitions-down', rows: 48, columns: 5, upright: false });
    expect(layout.contentWidth).toBeGreaterThan(300);
    expect(layout.contentWidth).toBeLessThanOrEqual(370);
  });

  it('swaps rows and columns, whichever way they lay', () => {
    expect(layoutMatrix({ ...SMALL, flipped: true }).rows).toBe(48);
    expect(layoutMatrix({ ...SMALL, viewportWidth: 370, flipped: true }).rows).toBe(5);
  });

  it('stands names upright that are wider than their column', () => {
    expect(layoutMatrix({ ...SMALL, instances: 50, partitions: 1_000 }).upright).toBe(true);
  });
});

describe('hit testing', () => {
  it('finds every cell at its own origin, and nothing over the names', () => {
    fc.assert(
      fc.property(anyLayout, anyScroll, fc.nat(), fc.nat(), (layout, scroll, r, c) => {
        const cell = { row: r % layout.rows, column: c % layout.columns };
        const { x, y } = cellOrigin(layout, scroll, cell);
        const shown = x >= layout.left && y >= layout.top;
        expect(cellAt(layout, scroll, x, y)).toEqual(shown ? cell : undefined);
      }),
    );
  });

  it('tells partitions from instances in either orientation', () => {
    const down = layoutMatrix({ ...SMALL, flipped: true });
    const across = layoutMatrix(SMALL);
    expect(cellMeaning(down, { row: 7, column: 2 })).toEqual({ partition: 7, instance: 2 });
    expect(cellMeaning(across, { row: 2, column: 7 })).toEqual({ partition: 7, instance: 2 });
  });
});

describe('visibleCells', () => {
  it('covers every cell in view and stays within the matrix', () => {
    fc.assert(
      fc.property(anyLayout, anyScroll, fc.nat(), fc.nat(), (layout, scroll, r, c) => {
        const range = visibleCells(layout, scroll);
        expect(range.row0).toBeGreaterThanOrEqual(0);
        expect(range.row1).toBeLessThanOrEqual(layout.rows);
        expect(range.column1).toBeLessThanOrEqual(layout.columns);
        const cell = { row: r % layout.rows, column: c % layout.columns };
        const { x, y } = cellOrigin(layout, scroll, cell);
        const inView =
          x + layout.cellWidth > layout.left &&
          x < scroll.width &&
          y + layout.cellHeight > layout.top &&
          y < scroll.height;
        const covered =
          cell.row >= range.row0 &&
          cell.row < range.row1 &&
          cell.column >= range.column0 &&
          cell.column < range.column1;
        expect(!inView || covered).toBe(true);
      }),
    );
  });
});

describe('the keyboard', () => {
  it('moves within the matrix and stops at its edges', () => {
    const layout = layoutMatrix(SMALL);
    const from = { row: 0, column: 47 };
    expect(moveByKey(layout, from, 'ArrowDown', 3)).toEqual({ row: 1, column: 47 });
    expect(moveByKey(layout, from, 'ArrowRight', 3)).toEqual(from);
    expect(moveByKey(layout, from, 'PageDown', 3)).toEqual({ row: 3, column: 47 });
    expect(moveByKey(layout, from, 'Home', 3)).toEqual({ row: 0, column: 0 });
    expect(moveByKey(layout, from, 'Tab', 3)).toBeUndefined();
  });

  it('brings the cell it moves to wholly into view', () => {
    fc.assert(
      fc.property(anyLayout, anyScroll, fc.nat(), fc.nat(), (layout, scroll, r, c) => {
        fc.pre(layout.left + layout.cellWidth < scroll.width && layout.top + layout.cellHeight < scroll.height);
        const cell = { row: r % layout.rows, column: c % layout.columns };
        const moved = { ...scroll, ...scrollToShow(layout, scroll, cell) };
        const { x, y } = cellOrigin(layout, moved, cell);
        expect(x).toBeGreaterThanOrEqual(layout.left);
        expect(y).toBeGreaterThanOrEqual(layout.top);
        expect(x + layout.cellWidth).toBeLessThanOrEqual(scroll.width);
        expect(y + layout.cellHeight).toBeLessThanOrEqual(scroll.height);
      }),
    );
  });
});
