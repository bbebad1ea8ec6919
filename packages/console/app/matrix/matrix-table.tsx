// biome-ignore-all lint/a11y/useSemanticElements: rows out of view do not exist and the others are placed by hand, which a table's own elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: rows of a table, unlike those of a grid, take no focus
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef } from 'react';
import { type MatrixData, NO_STATE } from '../live/matrix-data.ts';
import { formatSince } from '../ui/format.ts';
import { StateChip } from '../ui/state-chip.tsx';
import { useNow } from '../ui/use-now.ts';
import { type CellFacts, cellFacts, wantText } from './cell-facts.ts';
import { filterPartitions, type MatrixFilter } from './matrix-filter.ts';

/** The matrix as a table of partitions and their replicas, for keyboard and screen reader. */
export function MatrixTable({
  matrix,
  filter,
  onOpen,
}: {
  readonly matrix: MatrixData;
  readonly filter: MatrixFilter;
  readonly onOpen: (partition: string) => void;
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const { state, instance, text } = filter;
  const shown = useMemo(() => filterPartitions(matrix, { state, instance, text }), [matrix, state, instance, text]);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 34,
    overscan: 10,
    getItemKey: (index) => shown[index] ?? index,
  });
  const nowMs = useNow(5_000);
  if (shown.length === 0) {
    return <p className="faint pad">No partition passes the filter.</p>;
  }
  return (
    <div
      className="matrix-table"
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label={`Partitions of ${matrix.resource}`}
      aria-rowcount={shown.length + 1}
      aria-colcount={2}
    >
      <div role="row" aria-rowindex={1} className="matrix-table-head">
        <span role="columnheader">Partition</span>
        <span role="columnheader">Replicas, the top state first</span>
      </div>
      <div role="rowgroup" className="matrix-table-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((row) => (
          <div
            key={row.key}
            ref={virtual.measureElement}
            data-index={row.index}
            role="row"
            aria-rowindex={row.index + 2}
            className="matrix-table-row"
            style={{ transform: `translateY(${row.start}px)` }}
          >
            <PartitionRow matrix={matrix} index={shown[row.index] ?? -1} nowMs={nowMs} onOpen={onOpen} />
          </div>
        ))}
      </div>
    </div>
  );
}

function PartitionRow(props: {
  readonly matrix: MatrixData;
  readonly index: number;
  readonly nowMs: number;
  readonly onOpen: (partition: string) => void;
}): ReactNode {
  const { matrix, index, nowMs, onOpen } = props;
  const name = matrix.partitions[index] ?? '';
  const replicas = replicasOf(matrix, index);
  return (
    <>
      <span role="rowheader">
        <button type="button" className="link" onClick={() => onOpen(name)} title="Why is it here?">
          {name}
        </button>
      </span>
      <span role="cell" className="replicas">
        {replicas.length === 0 && <span className="faint">no replica</span>}
        {replicas.map((replica) => (
          <span key={replica.instance} className="replica" title={formatSince(replica.sinceMs, nowMs)}>
            {replica.state !== undefined && <StateChip states={matrix.states} state={replica.state} />} on{' '}
            {replica.instance}
            {wantText(replica) !== undefined && <em>{wantText(replica)}</em>}
          </span>
        ))}
      </span>
    </>
  );
}

function replicasOf(matrix: MatrixData, partition: number): readonly CellFacts[] {
  const row = matrix.rows[partition];
  const rank = (facts: CellFacts): number =>
    facts.state === undefined ? NO_STATE : matrix.states.indexOf(facts.state);
  return matrix.instances
    .map((_, instance) =>
      row?.states[instance] === NO_STATE && row.wanted[instance] === NO_STATE
        ? undefined
        : cellFacts(matrix, partition, instance),
    )
    .filter((facts) => facts !== undefined)
    .sort((a, b) => rank(a) - rank(b));
}
