import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { useExplanation, useMatrix } from '../api/queries.ts';
import type { ExplainedReplica, Explanation } from '../api/types.ts';
import { rowVersion, wantText } from '../matrix/cell-facts.ts';
import { formatDuration, formatSince } from '../ui/format.ts';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { StateChip } from '../ui/state-chip.tsx';
import { useNow } from '../ui/use-now.ts';
import { useRoute, withQuery } from '../ui/use-route.ts';

/** "Why is it here": every replica of a partition with its reason, and why the other instances have none. */
export default function ExplainDrawer(): ReactNode {
  const [route, go] = useRoute();
  const { partition = '', of: resource = '' } = route.query;
  const { matrix } = useMatrix(resource === '' ? undefined : resource);
  const index = matrix?.partitionIndex.get(partition);
  const version = matrix === undefined || index === undefined ? '' : rowVersion(matrix, index);
  const query = useExplanation({ resource, partition, version, enabled: true, follow: true });
  return (
    <Drawer
      opened
      position="right"
      size={440}
      lockScroll={false}
      overlayProps={{ backgroundOpacity: 0.3 }}
      onClose={() => go({ query: withQuery(route, { partition: undefined, of: undefined }) })}
      title={`Why is ${partition} where it is?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      classNames={{ content: 'explain' }}
    >
      {query.data === undefined ? (
        query.error === null ? (
          <LoadingLines label="Explanation: loading" lines={8} />
        ) : (
          <ErrorNotice what="No explanation" error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : (
        <ExplanationBody explanation={query.data} states={matrix?.states ?? []} />
      )}
    </Drawer>
  );
}

function ExplanationBody({
  explanation,
  states,
}: {
  readonly explanation: Explanation;
  readonly states: readonly string[];
}): ReactNode {
  const top = states[0] ?? 'the top state';
  return (
    <>
      <p className="faint">Resource {explanation.resource}</p>
      {explanation.topStateMissing && (
        <div className="notice bad" role="alert">
          <div>
            <strong>No replica is {top}.</strong> What serves this partition is listed below, with what it waits for.
          </div>
        </div>
      )}
      <h3>Replicas</h3>
      {explanation.replicas.length === 0 && <p className="faint">There are none, and none are wanted.</p>}
      <ul className="reasons">
        {explanation.replicas.map((replica) => (
          <Replica key={replica.instance} replica={replica} states={states} />
        ))}
      </ul>
      {explanation.notHere.length > 0 && <h3>Not on</h3>}
      <ul className="reasons">
        {explanation.notHere.map(({ instance, reason }) => (
          <li key={instance}>
            <strong>{instance}</strong>
            <p title={reason.code}>{reason.text}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function Replica({
  replica,
  states,
}: {
  readonly replica: ExplainedReplica;
  readonly states: readonly string[];
}): ReactNode {
  const nowMs = useNow();
  const { instance, state, wanted, sinceMs, fencingToken, reason, waitingFor, pending } = replica;
  const want = wantText({ state: state ?? undefined, wanted: wanted ?? undefined });
  return (
    <li>
      <div className="reason-head">
        <strong>{instance}</strong>
        {state === null ? <span className="faint">not there yet</span> : <StateChip states={states} state={state} />}
        {state !== null && <span className="faint">{formatSince(sinceMs, nowMs)}</span>}
      </div>
      <p title={reason.code}>{reason.text}</p>
      {want !== undefined && <p className="tip-want">{want}</p>}
      {pending !== undefined && (
        <p className="tip-want">
          {pending.from} → {pending.to} sent {formatDuration(nowMs - pending.sinceMs)} ago
        </p>
      )}
      {waitingFor !== undefined && (
        <p className="tip-wait" title={waitingFor.code}>
          Waiting: {waitingFor.text}
        </p>
      )}
      {fencingToken !== undefined && (
        <p className="faint">
          Fencing token <code>{fencingToken}</code>
        </p>
      )}
    </li>
  );
}
