import { useMemo } from 'react';
import type { MatrixData } from '../live/matrix-data.ts';
import { filterPartitions, type MatrixFilter } from './matrix-filter.ts';
import { type Density, layoutMatrix, type MatrixLayout } from './matrix-layout.ts';
import { LABEL_FONT } from './paint-labels.ts';
import { shortNames } from './short-names.ts';

/** What is shown of a matrix, and where. Parts keep their identity while they say the same. */
export interface MatrixView {
  readonly partitions: readonly number[];
  readonly instances: readonly number[];
  readonly partitionLabels: readonly string[];
  readonly instanceLabels: readonly string[];
  readonly layout: MatrixLayout;
}

/** Filters and lays out a matrix for a given width. */
export function useMatrixView(options: {
  readonly matrix: MatrixData;
  readonly filter: MatrixFilter;
  readonly density: Density;
  readonly flipped: boolean;
  readonly width: number;
}): MatrixView {
  const { matrix, filter, density, flipped, width } = options;
  const { state, instance, text } = filter;
  // As a text, so that a change of data that leaves the choice alone keeps the list, and with it the picture.
  const chosen = useMemo(
    () => filterPartitions(matrix, { state, instance, text }).join(),
    [matrix, state, instance, text],
  );
  const names = matrix.partitions;
  const shown = useMemo(() => {
    const partitions = chosen === '' ? [] : chosen.split(',').map(Number);
    const short = shortNames(names);
    return { partitions, partitionLabels: partitions.map((index) => short[index] ?? '') };
  }, [chosen, names]);
  const instances = useMemo(() => matrix.instances.map((_, index) => index), [matrix.instances]);
  const layout = useMemo(
    () =>
      layoutMatrix({
        partitions: shown.partitions.length,
        instances: instances.length,
        viewportWidth: width,
        partitionLabel: widestText(shown.partitionLabels),
        instanceLabel: widestText(matrix.instances),
        density,
        flipped,
      }),
    [shown, instances, matrix.instances, width, density, flipped],
  );
  return useMemo(
    () => ({ ...shown, instances, instanceLabels: matrix.instances, layout }),
    [shown, instances, matrix.instances, layout],
  );
}

let ruler: CanvasRenderingContext2D | null | undefined;

/** Names measured for the widest one: the longest few, as measuring thousands takes long. */
const MEASURED = 20;

function widestText(names: readonly string[]): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  const longest = [...names].sort((a, b) => b.length - a.length).slice(0, MEASURED);
  if (ruler === null || ruler === undefined) {
    return Math.max(0, ...longest.map((name) => name.length * 6.5));
  }
  ruler.font = LABEL_FONT;
  let widest = 0;
  for (const name of longest) {
    widest = Math.max(widest, ruler.measureText(name).width);
  }
  return widest;
}
