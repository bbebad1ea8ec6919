import { Button } from '@mantine/core';
import { type CSSProperties, type ReactNode, useEffect, useState } from 'react';
import { useExplanation } from '../api/queries.ts';
import { formatSince } from '../ui/format.ts';
import { useServices } from '../ui/services.tsx';
import { StateChip } from '../ui/state-chip.tsx';
import { useNow } from '../ui/use-now.ts';
import { type CellFacts, wantText } from './cell-facts.ts';
import type { TipPlace } from './use-painting.ts';

/** How long a pointer must rest on a cell before the server is asked why. */
const DWELL_MS = 120;

/** What a cell is, since when, and why. Takes no pointer, unless a finger needs its button. */
export function CellTip(props: {
  readonly facts: CellFacts;
  readonly resource: string;
  readonly states: readonly string[];
  readonly touch: boolean;
  readonly place: TipPlace;
  readonly onOpen: () => void;
}): ReactNode {
  const { facts, resource, states, touch, place, onOpen } = props;
  const nowMs = useNow();
  const want = wantText(facts);
  const position: CSSProperties = {
    [place.side === 'right' ? 'left' : 'right']: place.x,
    [place.edge === 'top' ? 'top' : 'bottom']: place.y,
  };
  return (
    <div className={`tip${touch ? ' touch' : ''}`} style={position} data-tip={`${facts.partition} ${facts.instance}`}>
      <div className="tip-head">
        <strong>{facts.partition}</strong> on <strong>{facts.instance}</strong>
      </div>
      <div className="tip-state">
        {facts.state === undefined ? <span>no replica</span> : <StateChip states={states} state={facts.state} />}
        {facts.state !== undefined && <span className="faint">{formatSince(facts.sinceMs, nowMs)}</span>}
      </div>
      {want !== undefined && <div className="tip-want">{want}</div>}
      <TipReason key={`${facts.partition} ${facts.version}`} facts={facts} resource={resource} />
      {touch && (
        <Button size="compact-sm" variant="default" onClick={onOpen}>
          Why is it here?
        </Button>
      )}
    </div>
  );
}

function TipReason({ facts, resource }: { readonly facts: CellFacts; readonly resource: string }): ReactNode {
  const rested = useRested();
  const { partition, version, instance } = facts;
  const query = useExplanation({ resource, partition, version, enabled: rested });
  if (query.data === undefined) {
    return <div className="tip-why faint">{query.error === null ? '…' : 'The server did not say why.'}</div>;
  }
  const replica = query.data.replicas.find((candidate) => candidate.instance === instance);
  const reason = replica?.reason ?? query.data.notHere.find((candidate) => candidate.instance === instance)?.reason;
  return (
    <div className="tip-why">
      {reason?.text ?? 'No reason is recorded.'}
      {replica?.waitingFor !== undefined && <div className="tip-wait">Waiting: {replica.waitingFor.text}</div>}
    </div>
  );
}

function useRested(): boolean {
  const { runtime } = useServices();
  const [rested, setRested] = useState(false);
  useEffect(() => {
    const timer = runtime.timers.after(DWELL_MS, () => setRested(true));
    return () => timer.cancel();
  }, [runtime]);
  return rested;
}
