import { type CSSProperties, type RefObject, useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import type { MatrixData } from '../live/matrix-data.ts';
import { type CellPosition, cellOrigin, type Scroll } from './matrix-layout.ts';
import { createMatrixPainter, type MatrixPainter } from './matrix-painter.ts';
import { paintHighlight } from './paint-highlight.ts';
import type { Scheme } from './palette.ts';
import type { MatrixView } from './use-matrix-view.ts';
import type { Viewport } from './use-viewport.ts';

/** Where a tip about a cell goes, relative to the board: beside the cell, on the side with room. */
export interface TipPlace {
  readonly x: number;
  readonly y: number;
  readonly side: 'left' | 'right';
  readonly edge: 'top' | 'bottom';
}

interface Painting {
  readonly cells: RefObject<HTMLCanvasElement | null>;
  readonly highlight: RefObject<HTMLCanvasElement | null>;
  readonly size: CSSProperties;
  readonly scroll: () => Scroll;
  readonly onScroll: () => void;
  readonly tipPlace: (cell: CellPosition) => TipPlace;
}

/** Keeps the two canvases of a board painted: after every render, and once a frame while it scrolls. */
export function usePainting(options: {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly viewport: Viewport | undefined;
  readonly matrix: MatrixData;
  readonly view: MatrixView;
  readonly scheme: Scheme;
  readonly active: CellPosition | undefined;
  readonly emphasis: string | undefined;
}): Painting {
  const { scroller, viewport, view } = options;
  const cells = useRef<HTMLCanvasElement>(null);
  const highlight = useRef<HTMLCanvasElement>(null);
  const painter = useRef<MatrixPainter>(undefined);
  const frame = useRef(0);
  const latest = useRef(options);

  const scroll = useCallback(
    (): Scroll => ({
      left: Math.round(scroller.current?.scrollLeft ?? 0),
      top: Math.round(scroller.current?.scrollTop ?? 0),
      width: viewport?.width ?? 0,
      height: viewport?.height ?? 0,
    }),
    [scroller, viewport],
  );
  const paint = useCallback(() => {
    const { matrix, view, scheme, active, emphasis } = latest.current;
    if (cells.current === null || highlight.current === null || viewport === undefined) {
      return;
    }
    painter.current ??= createMatrixPainter(cells.current);
    const { pixelRatio } = viewport;
    const drawn = painter.current.paint({ ...view, matrix, scroll: scroll(), scheme, pixelRatio, emphasis });
    if (drawn > 0) {
      cells.current.dataset.drawn = String(drawn);
    }
    paintHighlight(highlight.current, view.layout, scroll(), active, { scheme, pixelRatio });
  }, [viewport, scroll]);

  useLayoutEffect(() => {
    latest.current = options;
    paint();
  });
  useLayoutEffect(() => () => cancelAnimationFrame(frame.current), []);

  return useMemo(
    () => ({
      cells,
      highlight,
      size: { width: viewport?.width ?? 0, height: viewport?.height ?? 0 },
      scroll,
      onScroll() {
        cancelAnimationFrame(frame.current);
        frame.current = requestAnimationFrame(paint);
      },
      tipPlace: (cell) => placeTip(view, scroll(), cell),
    }),
    [viewport, scroll, paint, view],
  );
}

function placeTip(view: MatrixView, scroll: Scroll, cell: CellPosition): TipPlace {
  const { x, y } = cellOrigin(view.layout, scroll, cell);
  const side = x + view.layout.cellWidth / 2 > scroll.width / 2 ? 'left' : 'right';
  const edge = y + view.layout.cellHeight / 2 > scroll.height / 2 ? 'bottom' : 'top';
  return {
    side,
    edge,
    x: side === 'right' ? x + view.layout.cellWidth + 6 : scroll.width - x + 6,
    y: edge === 'top' ? y + view.layout.cellHeight + 6 : scroll.height - y + 6,
  };
}
