import type { CSSProperties, ReactNode } from 'react';
import { stateStyles } from '../matrix/palette.ts';
import { useScheme } from './use-scheme.ts';

/** A state's mark in its colour, as in the matrix, with its name beside or as a title. */
export function StateChip({
  states,
  state,
  count,
  bare = false,
}: {
  /** The states of its model, by priority. */
  readonly states: readonly string[];
  readonly state: string;
  readonly count?: number;
  /** Only the mark and the count; the name is a title. */
  readonly bare?: boolean;
}): ReactNode {
  const style = stateStyles(states.includes(state) ? states : [...states, state], useScheme()).find(
    ({ name }) => name === state,
  );
  const colours: CSSProperties = { background: style?.fill, color: style?.ink };
  return (
    <span className="chip" title={bare ? state : undefined}>
      <span className={`chip-mark ${style?.pattern ?? ''}`} style={colours} aria-hidden="true">
        {style?.letter}
      </span>
      {count !== undefined && <span className="number">{count}</span>}
      <span className={bare ? 'visually-hidden' : ''}>{state}</span>
    </span>
  );
}

/** The states of `states` that have replicas, each with its number, in the order of the model. */
export function StateCounts({
  order,
  counts,
  bare = true,
}: {
  readonly order: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly bare?: boolean;
}): ReactNode {
  const names = [...order, ...Object.keys(counts).filter((name) => !order.includes(name))];
  const shown = names.filter((name) => (counts[name] ?? 0) > 0);
  if (shown.length === 0) {
    return <span className="faint">no replicas</span>;
  }
  return (
    <span className="chips">
      {shown.map((name) => (
        <StateChip key={name} states={order} state={name} count={counts[name] ?? 0} bare={bare} />
      ))}
    </span>
  );
}
