import { type MatrixData, type MatrixRow, NO_STATE } from '../live/matrix-data.ts';
import { cellMatches } from './matrix-filter.ts';
import {
  type CellPosition,
  cellMeaning,
  cellOrigin,
  type MatrixLayout,
  type Scroll,
  visibleCells,
} from './matrix-layout.ts';
import { paintLabels } from './paint-labels.ts';
import { matrixColours, type Scheme, stateStyles } from './palette.ts';
import { createTiles, type Tiles } from './tiles.ts';

/** Everything one drawing depends on. */
export interface Scene {
  readonly matrix: MatrixData;
  /** Indexes of the shown partitions and instances, in order. */
  readonly partitions: readonly number[];
  readonly instances: readonly number[];
  readonly partitionLabels: readonly string[];
  readonly instanceLabels: readonly string[];
  readonly layout: MatrixLayout;
  readonly scroll: Scroll;
  readonly scheme: Scheme;
  readonly pixelRatio: number;
  /** Cells in another state are drawn faintly. */
  readonly emphasis: string | undefined;
}

/** Draws scenes onto one canvas. Where only data changed since the last one, it draws just the changed cells. */
export interface MatrixPainter {
  /** Returns the number of cells drawn. */
  paint(scene: Scene): number;
}

/** A painter of `canvas`. */
export function createMatrixPainter(canvas: HTMLCanvasElement): MatrixPainter {
  const context = canvas.getContext('2d', { alpha: false });
  let last: Scene | undefined;
  let tiles: Tiles | undefined;
  return {
    paint(scene) {
      if (context === null) {
        return 0;
      }
      if (last === undefined || tiles === undefined || !sameFrame(last, scene)) {
        tiles = last !== undefined && tiles !== undefined && sameTiles(last, scene) ? tiles : tilesFor(scene);
        sizeCanvas(canvas, scene);
        context.setTransform(scene.pixelRatio, 0, 0, scene.pixelRatio, 0, 0);
        last = scene;
        return paintAll(context, tiles, scene);
      }
      const count = paintChanged(context, tiles, last, scene);
      last = scene;
      return count;
    },
  };
}

/** True when two scenes differ in the rows' content at most. */
function sameFrame(before: Scene, now: Scene): boolean {
  return (
    sameTiles(before, now) &&
    before.partitions === now.partitions &&
    before.instances === now.instances &&
    before.emphasis === now.emphasis &&
    before.layout === now.layout &&
    before.scroll.left === now.scroll.left &&
    before.scroll.top === now.scroll.top &&
    before.scroll.width === now.scroll.width &&
    before.scroll.height === now.scroll.height
  );
}

function sameTiles(before: Scene, now: Scene): boolean {
  return (
    before.matrix.states === now.matrix.states &&
    before.scheme === now.scheme &&
    before.pixelRatio === now.pixelRatio &&
    before.layout.cellWidth === now.layout.cellWidth &&
    before.layout.cellHeight === now.layout.cellHeight
  );
}

function tilesFor({ matrix, scheme, layout, pixelRatio }: Scene): Tiles {
  return createTiles({
    styles: stateStyles(matrix.states, scheme),
    colours: matrixColours[scheme],
    width: layout.cellWidth,
    height: layout.cellHeight,
    pixelRatio,
  });
}

function sizeCanvas(canvas: HTMLCanvasElement, { scroll, pixelRatio }: Scene): void {
  const width = Math.round(scroll.width * pixelRatio);
  const height = Math.round(scroll.height * pixelRatio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
}

function paintAll(context: CanvasRenderingContext2D, tiles: Tiles, scene: Scene): number {
  const { layout, scroll } = scene;
  const { row0, row1, column0, column1 } = visibleCells(layout, scroll);
  context.fillStyle = matrixColours[scene.scheme].surface;
  context.fillRect(0, 0, scroll.width, scroll.height);
  for (let row = row0; row < row1; row += 1) {
    for (let column = column0; column < column1; column += 1) {
      paintCell(context, tiles, scene, { row, column });
    }
  }
  paintLabels(context, scene);
  return (row1 - row0) * (column1 - column0);
}

function paintChanged(context: CanvasRenderingContext2D, tiles: Tiles, before: Scene, scene: Scene): number {
  if (before.matrix.rows === scene.matrix.rows) {
    return 0;
  }
  const { layout, scroll } = scene;
  const { row0, row1, column0, column1 } = visibleCells(layout, scroll);
  const down = layout.orientation === 'partitions-down';
  const [from, to, otherFrom, otherTo] = down ? [row0, row1, column0, column1] : [column0, column1, row0, row1];
  let count = 0;
  context.save();
  context.beginPath();
  context.rect(layout.left, layout.top, scroll.width - layout.left, scroll.height - layout.top);
  context.clip();
  for (let partition = from; partition < to; partition += 1) {
    const index = scene.partitions[partition] ?? -1;
    const [old, now] = [before.matrix.rows[index], scene.matrix.rows[index]];
    if (old === now || old === undefined || now === undefined) {
      continue;
    }
    for (let at = otherFrom; at < otherTo; at += 1) {
      if (differs(old, now, scene.instances[at] ?? -1)) {
        paintCell(context, tiles, scene, down ? { row: partition, column: at } : { row: at, column: partition });
        count += 1;
      }
    }
  }
  context.restore();
  return count;
}

function differs(old: MatrixRow, now: MatrixRow, instance: number): boolean {
  return old.states[instance] !== now.states[instance] || old.wanted[instance] !== now.wanted[instance];
}

function paintCell(context: CanvasRenderingContext2D, tiles: Tiles, scene: Scene, cell: CellPosition): void {
  const { layout, matrix } = scene;
  const { partition, instance } = cellMeaning(layout, cell);
  const row = matrix.rows[scene.partitions[partition] ?? -1];
  const index = scene.instances[instance] ?? -1;
  if (row === undefined) {
    return;
  }
  const { x, y } = cellOrigin(layout, scene.scroll, cell);
  const faint = !cellMatches(matrix, row, index, scene.emphasis);
  const tile = tiles.get(row.states[index] ?? NO_STATE, row.wanted[index] ?? NO_STATE, faint);
  context.drawImage(tile, x, y, layout.cellWidth, layout.cellHeight);
}
