import type { ReactNode } from 'react';
import { StateChip } from '../ui/state-chip.tsx';

/** What the colours, marks and frames of the matrix mean. */
export function MatrixLegend({ states }: { readonly states: readonly string[] }): ReactNode {
  return (
    <div className="legend">
      {states
        .filter((state) => state !== 'DROPPED')
        .map((state) => (
          <StateChip key={state} states={states} state={state} />
        ))}
      <span className="chip">
        <span className="chip-mark moving" aria-hidden="true" />
        not yet as wanted
      </span>
    </div>
  );
}
