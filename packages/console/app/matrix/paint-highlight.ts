import { type CellPosition, cellOrigin, GAP, type MatrixLayout, type Scroll } from './matrix-layout.ts';
import { matrixColours, type Scheme } from './palette.ts';

/** Draws the bands of row and column and the frame of the active cell on a canvas of their own, above the cells. */
export function paintHighlight(
  canvas: HTMLCanvasElement,
  layout: MatrixLayout,
  scroll: Scroll,
  cell: CellPosition | undefined,
  look: { readonly scheme: Scheme; readonly pixelRatio: number },
): void {
  const context = canvas.getContext('2d');
  const { pixelRatio, scheme } = look;
  const [width, height] = [Math.round(scroll.width * pixelRatio), Math.round(scroll.height * pixelRatio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  if (context === null) {
    return;
  }
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.clearRect(0, 0, scroll.width, scroll.height);
  if (cell === undefined) {
    return;
  }
  const { x, y } = cellOrigin(layout, scroll, cell);
  const colours = matrixColours[scheme];
  context.fillStyle = colours.band;
  if (y + layout.cellHeight > layout.top) {
    context.fillRect(0, Math.max(y, layout.top), scroll.width, layout.cellHeight - GAP);
  }
  if (x + layout.cellWidth > layout.left) {
    context.fillRect(Math.max(x, layout.left), 0, layout.cellWidth - GAP, scroll.height);
  }
  if (x >= layout.left - 1 && y >= layout.top - 1) {
    context.strokeStyle = colours.focus;
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 1, layout.cellWidth + 1, layout.cellHeight + 1);
  }
}
