import { type CellPosition, cellMeaning, cellOrigin, visibleCells } from './matrix-layout.ts';
import type { Scene } from './matrix-painter.ts';
import { matrixColours } from './palette.ts';

/** Font of the names along the matrix. */
export const LABEL_FONT = '11px Inter, ui-sans-serif, system-ui, "Segoe UI", sans-serif';

/** Smallest distance between two names, in CSS pixels; with smaller cells only every so many is named. */
const PITCH = 14;

/** Names rows and columns that are in view, over a clean border. */
export function paintLabels(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, scroll } = scene;
  const colours = matrixColours[scene.scheme];
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, scroll.width, layout.top - 1);
  context.fillRect(0, 0, layout.left - 1, scroll.height);
  const { row0, row1, column0, column1 } = visibleCells(layout, scroll);
  context.fillStyle = colours.label;
  context.font = LABEL_FONT;
  context.textBaseline = 'middle';
  clipped(context, 0, layout.top, layout.left, scroll.height - layout.top, () => {
    context.textAlign = 'right';
    const step = Math.ceil(PITCH / layout.cellHeight);
    for (let row = Math.ceil(row0 / step) * step; row < row1; row += step) {
      const { y } = cellOrigin(layout, scroll, { row, column: 0 });
      const height = Math.max(layout.cellHeight, PITCH);
      context.fillText(labelOf(scene, { row, column: 0 }, 'row'), layout.left - 7, y + height / 2, layout.left - 10);
    }
  });
  clipped(context, layout.left, 0, scroll.width - layout.left, layout.top, () => {
    const pitch = layout.upright ? PITCH : 0;
    const step = Math.max(1, Math.ceil(pitch / layout.cellWidth));
    for (let column = Math.ceil(column0 / step) * step; column < column1; column += step) {
      paintColumnLabel(context, scene, column);
    }
  });
}

function paintColumnLabel(context: CanvasRenderingContext2D, scene: Scene, column: number): void {
  const { layout, scroll } = scene;
  const { x } = cellOrigin(layout, scroll, { row: 0, column });
  const text = labelOf(scene, { row: 0, column }, 'column');
  const middle = x + Math.max(layout.cellWidth, layout.upright ? PITCH : 0) / 2;
  if (!layout.upright) {
    context.textAlign = 'center';
    context.fillText(text, middle, layout.top / 2 + 1, layout.cellWidth);
    return;
  }
  context.save();
  context.textAlign = 'left';
  context.translate(middle, layout.top - 6);
  context.rotate(-Math.PI / 2);
  context.fillText(text, 0, 0, layout.top - 8);
  context.restore();
}

function labelOf(scene: Scene, cell: CellPosition, axis: 'row' | 'column'): string {
  const { partition, instance } = cellMeaning(scene.layout, cell);
  const isPartition = (scene.layout.orientation === 'partitions-down') === (axis === 'row');
  return (isPartition ? scene.partitionLabels[partition] : scene.instanceLabels[instance]) ?? '';
}

function clipped(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  draw: () => void,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  draw();
  context.restore();
}
