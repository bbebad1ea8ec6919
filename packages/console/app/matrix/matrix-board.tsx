// biome-ignore-all lint/a11y/useSemanticElements: the grid is drawn; only its active cell exists as an element
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays on the grid, which names the active cell
import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useRef, useState } from 'react';
import type { MatrixData } from '../live/matrix-data.ts';
import { useNow } from '../ui/use-now.ts';
import { useScheme } from '../ui/use-scheme.ts';
import { cellFacts, cellSentence } from './cell-facts.ts';
import { CellTip } from './cell-tip.tsx';
import type { MatrixFilter } from './matrix-filter.ts';
import { type CellPosition, cellAt, cellMeaning, type Density, moveByKey, scrollToShow } from './matrix-layout.ts';
import { useMatrixView } from './use-matrix-view.ts';
import { usePainting } from './use-painting.ts';
import { useViewport } from './use-viewport.ts';

/** The cell that is pointed at, and how. */
export interface ActiveCell extends CellPosition {
  readonly by: 'mouse' | 'touch' | 'keyboard';
}

/** What a board shows. */
export interface BoardProps {
  readonly matrix: MatrixData;
  readonly filter: MatrixFilter;
  readonly density: Density;
  readonly flipped: boolean;
  /** Opens "Why is it here" of a partition. */
  readonly onOpen: (partition: string) => void;
}

/**
 * The matrix on canvas: a grid that scrolls, tells about the cell under the pointer, finger or keyboard, and opens the
 * explanation of its partition. Only the cell in question exists as an element, for screen readers.
 */
export function MatrixBoard({ matrix, filter, density, flipped, onOpen }: BoardProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const viewport = useViewport(scroller);
  const view = useMatrixView({ matrix, filter, density, flipped, width: viewport?.width ?? 0 });
  const [chosen, setActive] = useState<ActiveCell>();
  const scheme = useScheme();
  const cellId = useId();
  const { layout } = view;
  const active =
    chosen !== undefined && chosen.row < layout.rows && chosen.column < layout.columns ? chosen : undefined;
  const painting = usePainting({ scroller, viewport, matrix, view, scheme, active, emphasis: filter.state });
  const meaning = active === undefined ? undefined : cellMeaning(layout, active);
  const facts =
    meaning === undefined
      ? undefined
      : cellFacts(matrix, view.partitions[meaning.partition] ?? -1, view.instances[meaning.instance] ?? -1);

  const point = (event: PointerEvent): ActiveCell | undefined => {
    const box = scroller.current?.getBoundingClientRect();
    const cell = box && cellAt(layout, painting.scroll(), event.clientX - box.left, event.clientY - box.top);
    return cell && { ...cell, by: event.pointerType === 'mouse' ? 'mouse' : 'touch' };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && facts !== undefined) {
      event.preventDefault();
      onOpen(facts.partition);
    } else if (event.key === 'Escape') {
      setActive(undefined);
    } else if (layout.rows > 0 && layout.columns > 0) {
      const page = Math.max(1, Math.floor(((viewport?.height ?? 0) - layout.top) / layout.cellHeight) - 1);
      const next = moveByKey(layout, active ?? { row: 0, column: 0 }, event.key, page);
      if (next !== undefined) {
        event.preventDefault();
        setActive({ ...(active === undefined ? { row: 0, column: 0 } : next), by: 'keyboard' });
        scroller.current?.scrollTo(scrollToShow(layout, painting.scroll(), next));
      }
    }
  };

  return (
    <div className="board">
      <div className="board-layers" aria-hidden="true">
        <canvas ref={painting.cells} style={painting.size} />
        <canvas ref={painting.highlight} style={painting.size} />
      </div>
      <div
        ref={scroller}
        className="board-scroll"
        role="grid"
        tabIndex={0}
        aria-label={`${matrix.resource}: ${layout.orientation === 'partitions-down' ? 'partitions down, instances across' : 'instances down, partitions across'}. Arrow keys move, Enter explains.`}
        aria-rowcount={layout.rows}
        aria-colcount={layout.columns}
        aria-activedescendant={active === undefined ? undefined : cellId}
        data-geometry={[layout.left, layout.top, layout.cellWidth, layout.cellHeight, layout.orientation].join(' ')}
        onScroll={painting.onScroll}
        onPointerMove={(event) => event.pointerType === 'mouse' && setActive((old) => sameCell(old, point(event)))}
        onPointerLeave={(event) => event.pointerType === 'mouse' && setActive(undefined)}
        onClick={(event) => {
          const cell = point(event as unknown as PointerEvent);
          // A finger cannot hover: the first tap tells, the button in the tip opens.
          if (cell?.by === 'touch') {
            setActive(cell);
          } else if (facts !== undefined) {
            onOpen(facts.partition);
          }
        }}
        onKeyDown={onKeyDown}
        onFocus={() =>
          setActive(
            (old) => old ?? (keyboardFocus(scroller.current) ? { row: 0, column: 0, by: 'keyboard' } : undefined),
          )
        }
        onBlur={() => setActive((old) => (old?.by === 'keyboard' ? undefined : old))}
      >
        <div className="board-content" style={{ width: layout.contentWidth, height: layout.contentHeight }} />
        {active !== undefined && facts !== undefined && (
          <div className="visually-hidden" role="row" aria-rowindex={active.row + 1}>
            <ActiveSentence id={cellId} column={active.column} facts={facts} />
          </div>
        )}
      </div>
      {layout.rows * layout.columns === 0 && <p className="faint board-empty">{emptyText(matrix)}</p>}
      {active !== undefined && facts !== undefined && viewport !== undefined && (
        <CellTip
          facts={facts}
          resource={matrix.resource}
          states={matrix.states}
          touch={active.by === 'touch'}
          onOpen={() => onOpen(facts.partition)}
          place={painting.tipPlace(active)}
        />
      )}
    </div>
  );
}

function emptyText({ instances, partitions }: MatrixData): string {
  if (instances.length === 0) {
    return 'No instance has joined yet, so there is nobody to hold a replica.';
  }
  return partitions.length === 0 ? 'This resource has no partitions.' : 'No partition passes the filter.';
}

function ActiveSentence({
  id,
  column,
  facts,
}: {
  id: string;
  column: number;
  facts: Parameters<typeof cellSentence>[0];
}): ReactNode {
  const nowMs = useNow(60_000);
  return (
    <div role="gridcell" tabIndex={-1} id={id} aria-colindex={column + 1} aria-label={cellSentence(facts, nowMs)}>
      {cellSentence(facts, nowMs)}
    </div>
  );
}

function sameCell(old: ActiveCell | undefined, now: ActiveCell | undefined): ActiveCell | undefined {
  return old?.row === now?.row && old?.column === now?.column && old?.by === now?.by ? old : now;
}

function keyboardFocus(element: HTMLElement | null): boolean {
  return element?.matches(':focus-visible') === true;
}
