/** Which way the matrix lies. */
export type Orientation = 'partitions-down' | 'instances-down';

/** How large the cells are: `normal` with marks, `dense` colour only, for seeing very many at once. */
export type Density = 'normal' | 'dense';

/** What a layout is made from. Lengths are CSS pixels. */
export interface LayoutInput {
  readonly partitions: number;
  readonly instances: number;
  readonly viewportWidth: number;
  /** Drawn width of the longest partition name and instance name. */
  readonly partitionLabel: number;
  readonly instanceLabel: number;
  readonly density: Density;
  /** The other way round than whichever shows more without scrolling sideways. */
  readonly flipped: boolean;
}

/** Where everything is. Rows go down, columns go right; which of them are partitions is `orientation`. */
export interface MatrixLayout {
  readonly orientation: Orientation;
  readonly density: Density;
  readonly rows: number;
  readonly columns: number;
  /** Distance from one cell to the next, gap included. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Space left for row names, and above for column names. */
  readonly left: number;
  readonly top: number;
  /** Column names stand upright (rotated) because they are wider than a column. */
  readonly upright: boolean;
  readonly contentWidth: number;
  readonly contentHeight: number;
}

/** What of the content is in view. */
export interface Scroll {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A cell by row and column of the layout. */
export interface CellPosition {
  readonly row: number;
  readonly column: number;
}

/** Gap between cells. */
export const GAP = 1;

const SIZES = {
  normal: { minWidth: 15, maxWidth: 44, height: 20, tall: 26 },
  dense: { minWidth: 5, maxWidth: 12, height: 6, tall: 6 },
} as const;

/** So few rows may be taller: the picture is small anyway. */
const FEW_ROWS = 12;

/** Widest column, where the names of all lie flat. */
const WIDEST_FLAT = 104;

const MAX_LABEL = 150;
const MIN_LABEL = 24;
const LABEL_PADDING = 12;
const TOP_FLAT = 22;

/** Lays a matrix out. Pure. */
export function layoutMatrix(input: LayoutInput): MatrixLayout {
  const orientation = chooseOrientation(input);
  const down = orientation === 'partitions-down';
  const rows = down ? input.partitions : input.instances;
  const columns = down ? input.instances : input.partitions;
  const rowLabel = labelSpace(down ? input.partitionLabel : input.instanceLabel);
  const columnLabel = down ? input.instanceLabel : input.partitionLabel;
  const size = SIZES[input.density];
  const room = Math.max(0, input.viewportWidth - rowLabel);
  const fitting = Math.floor(room / Math.max(1, columns));
  const flatWidth = Math.ceil(columnLabel) + 6;
  // A few columns may grow until their names lie flat and beyond; many stay narrow.
  const flat = flatWidth <= fitting && flatWidth > size.minWidth && input.density === 'normal';
  const widest = flat && columns <= FEW_ROWS ? Math.max(WIDEST_FLAT, flatWidth) : size.maxWidth;
  const cellWidth = Math.min(Math.max(fitting, size.minWidth), widest);
  const upright = flatWidth > cellWidth;
  const cellHeight = rows <= FEW_ROWS ? size.tall : size.height;
  const top = upright ? Math.min(Math.ceil(columnLabel), MAX_LABEL) + LABEL_PADDING : TOP_FLAT;
  return {
    orientation,
    density: input.density,
    rows,
    columns,
    cellWidth,
    cellHeight,
    left: rowLabel,
    top,
    upright,
    contentWidth: rowLabel + columns * cellWidth,
    contentHeight: top + rows * cellHeight,
  };
}

function chooseOrientation(input: LayoutInput): Orientation {
  const room = input.viewportWidth - labelSpace(input.instanceLabel);
  const fits = input.partitions * SIZES[input.density].minWidth <= room;
  const best = fits && input.instances <= input.partitions;
  return best === input.flipped ? 'partitions-down' : 'instances-down';
}

function labelSpace(width: number): number {
  return Math.min(Math.max(Math.ceil(width), MIN_LABEL), MAX_LABEL) + LABEL_PADDING;
}

/** Rows and columns that are at least partly in view, as half-open ranges. */
export function visibleCells(
  layout: MatrixLayout,
  scroll: Scroll,
): { readonly row0: number; readonly row1: number; readonly column0: number; readonly column1: number } {
  const rows = Math.ceil((scroll.top + scroll.height - layout.top) / layout.cellHeight);
  const columns = Math.ceil((scroll.left + scroll.width - layout.left) / layout.cellWidth);
  return {
    row0: Math.min(layout.rows, Math.max(0, Math.floor(scroll.top / layout.cellHeight))),
    row1: Math.min(layout.rows, Math.max(0, rows)),
    column0: Math.min(layout.columns, Math.max(0, Math.floor(scroll.left / layout.cellWidth))),
    column1: Math.min(layout.columns, Math.max(0, columns)),
  };
}

/** Upper left corner of a cell in the view (the names' space does not scroll away). */
export function cellOrigin(layout: MatrixLayout, scroll: Scroll, cell: CellPosition): { x: number; y: number } {
  return {
    x: layout.left + cell.column * layout.cellWidth - scroll.left,
    y: layout.top + cell.row * layout.cellHeight - scroll.top,
  };
}

/** The cell under a point of the view; undefined over the names and beside the matrix. */
export function cellAt(layout: MatrixLayout, scroll: Scroll, x: number, y: number): CellPosition | undefined {
  if (x < layout.left || y < layout.top) {
    return undefined;
  }
  const row = Math.floor((y - layout.top + scroll.top) / layout.cellHeight);
  const column = Math.floor((x - layout.left + scroll.left) / layout.cellWidth);
  return row < layout.rows && column < layout.columns ? { row, column } : undefined;
}

/** Index of the partition and of the instance (within the shown ones) at a cell. */
export function cellMeaning(layout: MatrixLayout, cell: CellPosition): { partition: number; instance: number } {
  return layout.orientation === 'partitions-down'
    ? { partition: cell.row, instance: cell.column }
    : { partition: cell.column, instance: cell.row };
}

/** Where to scroll so that a cell is wholly in view; the same scroll when it is. */
export function scrollToShow(layout: MatrixLayout, scroll: Scroll, cell: CellPosition): { left: number; top: number } {
  const place = (at: number, size: number, start: number, room: number): number => {
    const begin = at * size;
    return begin < start ? begin : Math.max(start, begin + size - room);
  };
  return {
    left: place(cell.column, layout.cellWidth, scroll.left, scroll.width - layout.left),
    top: place(cell.row, layout.cellHeight, scroll.top, scroll.height - layout.top),
  };
}

/** Where a key of the keyboard leads from a cell; undefined for keys that do not move. */
export function moveByKey(
  layout: MatrixLayout,
  cell: CellPosition,
  key: string,
  page: number,
): CellPosition | undefined {
  const to = (row: number, column: number): CellPosition => ({
    row: Math.min(Math.max(row, 0), layout.rows - 1),
    column: Math.min(Math.max(column, 0), layout.columns - 1),
  });
  switch (key) {
    case 'ArrowUp':
      return to(cell.row - 1, cell.column);
    case 'ArrowDown':
      return to(cell.row + 1, cell.column);
    case 'ArrowLeft':
      return to(cell.row, cell.column - 1);
    case 'ArrowRight':
      return to(cell.row, cell.column + 1);
    case 'PageUp':
      return to(cell.row - page, cell.column);
    case 'PageDown':
      return to(cell.row + page, cell.column);
    case 'Home':
      return to(cell.row, 0);
    case 'End':
      return to(cell.row, layout.columns - 1);
    default:
      return undefined;
  }
}
