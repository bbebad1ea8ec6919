import { GAP } from './matrix-layout.ts';
import type { MatrixColours, StateStyle } from './palette.ts';

/** Ready-drawn cells: a matrix has thousands of cells but few different ones, and copying is far cheaper than text. */
export interface Tiles {
  /** The picture of a replica in `state` that is wanted in `wanted` (indexes, or `NO_STATE`). */
  get(state: number, wanted: number, faint: boolean): HTMLCanvasElement;
}

/** What the tiles are drawn from. Lengths are CSS pixels. */
export interface TileOptions {
  readonly styles: readonly StateStyle[];
  readonly colours: MatrixColours;
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
}

/** Smallest cell side on which a mark is readable. */
const MIN_FOR_MARK = 12;

const FONT = '600 11px Inter, ui-sans-serif, system-ui, "Segoe UI", sans-serif';

/** Tiles of one size and look, each drawn when first asked for. */
export function createTiles(options: TileOptions): Tiles {
  const cache = new Map<number, HTMLCanvasElement>();
  return {
    get(state, wanted, faint) {
      const key = state * 1_024 + wanted * 2 + (faint ? 1 : 0);
      const known = cache.get(key);
      if (known !== undefined) {
        return known;
      }
      const tile = drawTile(options, state, wanted, faint);
      cache.set(key, tile);
      return tile;
    },
  };
}

function drawTile(options: TileOptions, state: number, wanted: number, faint: boolean): HTMLCanvasElement {
  const { styles, colours, width, height, pixelRatio } = options;
  const tile = document.createElement('canvas');
  tile.width = Math.max(1, Math.round(width * pixelRatio));
  tile.height = Math.max(1, Math.round(height * pixelRatio));
  const context = tile.getContext('2d', { alpha: false });
  if (context === null) {
    return tile;
  }
  context.scale(tile.width / width, tile.height / height);
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, width, height);
  context.globalAlpha = faint ? 0.22 : 1;
  const inner = { width: width - GAP, height: height - GAP };
  const [has, wants] = [styles[state], styles[wanted]];
  if (has === undefined) {
    fillEmpty(context, inner, colours);
  } else {
    fillState(context, inner, has);
  }
  if (state !== wanted) {
    markMotion(context, inner, colours, has, wants);
  }
  const marked = has ?? wants;
  if (marked !== undefined && Math.min(width, height) >= MIN_FOR_MARK) {
    if (has !== undefined && has.pattern !== 'solid') {
      clearForMark(context, inner, has);
    }
    drawMark(context, inner, marked.letter, has === undefined ? colours.motion : marked.ink);
  }
  return tile;
}

interface Box {
  readonly width: number;
  readonly height: number;
}

function fillEmpty(context: CanvasRenderingContext2D, box: Box, colours: MatrixColours): void {
  context.fillStyle = colours.grid;
  context.fillRect(0, 0, box.width, box.height);
}

function fillState(context: CanvasRenderingContext2D, box: Box, style: StateStyle): void {
  context.fillStyle = style.fill;
  context.fillRect(0, 0, box.width, box.height);
  if (style.pattern === 'solid' || box.height < MIN_FOR_MARK) {
    return;
  }
  context.save();
  context.beginPath();
  context.rect(0, 0, box.width, box.height);
  context.clip();
  context.strokeStyle = style.ink;
  context.globalAlpha *= style.pattern === 'crossed' ? 0.35 : 0.25;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = -box.height; x < box.width; x += 5) {
    context.moveTo(x, box.height);
    context.lineTo(x + box.height, 0);
    if (style.pattern === 'crossed') {
      context.moveTo(x, 0);
      context.lineTo(x + box.height, box.height);
    }
  }
  context.stroke();
  context.restore();
}

/** A frame in the colour of motion: dashed where nothing is yet, with a corner in the colour of another wanted state. */
function markMotion(
  context: CanvasRenderingContext2D,
  box: Box,
  colours: MatrixColours,
  has: StateStyle | undefined,
  wants: StateStyle | undefined,
): void {
  context.strokeStyle = colours.motion;
  context.lineWidth = box.height < MIN_FOR_MARK ? 1.5 : 2;
  context.setLineDash(has === undefined && box.height >= MIN_FOR_MARK ? [3, 2] : []);
  context.strokeRect(1, 1, box.width - 2, box.height - 2);
  context.setLineDash([]);
  if (has !== undefined && wants !== undefined && box.height >= MIN_FOR_MARK) {
    context.fillStyle = wants.fill;
    context.beginPath();
    context.moveTo(box.width - 9, box.height);
    context.lineTo(box.width, box.height - 9);
    context.lineTo(box.width, box.height);
    context.closePath();
    context.fill();
    context.stroke();
  }
}

/** Takes the pattern away where the mark will stand. */
function clearForMark(context: CanvasRenderingContext2D, box: Box, style: StateStyle): void {
  context.fillStyle = style.fill;
  context.fillRect(box.width / 2 - 6, 2, 12, box.height - 4);
}

function drawMark(context: CanvasRenderingContext2D, box: Box, mark: string, ink: string): void {
  context.fillStyle = ink;
  context.font = FONT;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(mark, box.width / 2, box.height / 2 + 0.5);
}
