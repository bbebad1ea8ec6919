import { Button, NativeSelect } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useElections, useGroups, useLocks, useTopics } from '../api/coordination-queries.ts';
import type { Election, Group, Lock, QueuePlace } from '../api/coordination-types.ts';
import { useTopicEvents } from '../api/use-topic-events.ts';
import { formatDuration, formatWhen, plural } from '../ui/format.ts';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { Panel } from '../ui/panel.tsx';
import { useNow } from '../ui/use-now.ts';
import { useRoute, withQuery } from '../ui/use-route.ts';
import { BreakDialog } from './break-dialog.tsx';

/** Who holds which lock and who waits for it, who leads, who is in which group, and what is published. They belong to the store, not to one cluster. */
export default function CoordinationView(): ReactNode {
  const [breaking, setBreaking] = useState<Lock>();
  const [done, setDone] = useState('');
  const locks = useLocks('lock');
  const semaphores = useLocks('semaphore');
  const elections = useElections();
  const groups = useGroups();
  return (
    <div className="page">
      <div className="toolbar">
        <h1>Coordination</h1>
      </div>
      <p className="done" role="status">
        {done}
      </p>
      <Panel title="Locks">
        <Listed
          query={locks}
          what="The locks"
          empty="Nobody holds a lock or waits for one."
          isEmpty={(data) => data.locks.length === 0}
        >
          {({ locks: list }) => <LockTable locks={list} onBreak={setBreaking} />}
        </Listed>
      </Panel>
      <Panel title="Semaphores">
        <Listed
          query={semaphores}
          what="The semaphores"
          empty="Nobody holds a permit or waits for one."
          isEmpty={(data) => data.locks.length === 0}
        >
          {({ locks: list }) => <LockTable locks={list} onBreak={setBreaking} />}
        </Listed>
      </Panel>
      <Panel title="Elections">
        <Listed
          query={elections}
          what="The elections"
          empty="Nobody stands in an election."
          isEmpty={(data) => data.elections.length === 0}
        >
          {({ elections: list }) => <ElectionTable elections={list} />}
        </Listed>
      </Panel>
      <Panel title="Groups">
        <Listed
          query={groups}
          what="The groups"
          empty="Nobody is in a group."
          isEmpty={(data) => data.groups.length === 0}
        >
          {({ groups: list }) => <GroupTable groups={list} />}
        </Listed>
      </Panel>
      <EventsPanel />
      {breaking !== undefined && (
        <BreakDialog lock={breaking} onClose={() => setBreaking(undefined)} onDone={setDone} />
      )}
    </div>
  );
}

function Listed<T>(props: {
  readonly query: UseQueryResult<T>;
  /** "The locks". */
  readonly what: string;
  readonly empty: string;
  readonly isEmpty: (data: T) => boolean;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { query, what, empty, isEmpty, children } = props;
  const { data, error } = query;
  if (data !== undefined) return isEmpty(data) ? <p className="faint">{empty}</p> : children(data);
  if (error === null) return <LoadingLines label={`${what}: loading`} lines={2} />;
  return <ErrorNotice what={`${what} could not be read`} error={error} onRetry={() => void query.refetch()} />;
}

function Table({
  columns,
  children,
}: {
  readonly columns: readonly string[];
  readonly children: ReactNode;
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: narrow screens lay the rows out as cards, which takes the table's own role away
    <table className="list" role="table">
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col">
              {name === '' ? <span className="visually-hidden">Actions</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function LockTable({
  locks,
  onBreak,
}: {
  readonly locks: readonly Lock[];
  readonly onBreak: (lock: Lock) => void;
}): ReactNode {
  return (
    <Table columns={['Name', 'Held by', 'Reason', 'Waiting', 'Token', '']}>
      {locks.map((lock) => (
        <tr key={`${lock.kind} ${lock.name}`} data-lock={lock.name}>
          <th scope="row">
            {lock.name}
            {lock.kind === 'semaphore' && <span className="reason">{plural(lock.permits, 'permit')}</span>}
          </th>
          <td data-label="Held by">
            <Places places={lock.holders} />
          </td>
          <td data-label="Reason">
            {lock.holders.map(({ reason }) => reason).find((reason) => reason !== null) ?? <Nothing />}
          </td>
          <td data-label="Waiting">
            <Places places={lock.waiting} />
          </td>
          <td data-label="Token" className="number">
            {lock.holders[0]?.fencingToken ?? <Nothing />}
          </td>
          <td className="actions">
            {lock.holders.length > 0 && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Break ${lock.name}`}
                onClick={() => onBreak(lock)}
              >
                Break
              </Button>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function ElectionTable({ elections }: { readonly elections: readonly Election[] }): ReactNode {
  return (
    <Table columns={['Election', 'Leader', 'Term', 'Candidates', 'Token']}>
      {elections.map(({ name, leader, term, candidates }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td data-label="Leader">
            <Places places={leader === null ? [] : [leader]} />
          </td>
          <td data-label="Term" className="number">
            {term}
          </td>
          <td data-label="Candidates">
            <Places places={candidates} />
          </td>
          <td data-label="Token" className="number">
            {leader?.fencingToken ?? <Nothing />}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function GroupTable({ groups }: { readonly groups: readonly Group[] }): ReactNode {
  const nowMs = useNow();
  return (
    <Table columns={['Group', 'Member', 'Where', 'Joined']}>
      {groups.flatMap((group) =>
        group.members.map(({ name, host, pid, joinedAtMs }) => (
          <tr key={`${group.name} ${name}`}>
            <th scope="row">{group.name}</th>
            <td data-label="Member">{name}</td>
            <td data-label="Where">{whereText(host, pid) ?? <Nothing />}</td>
            <td data-label="Joined">{joinedAtMs > 0 ? formatWhen(joinedAtMs, nowMs) : <Nothing />}</td>
          </tr>
        )),
      )}
    </Table>
  );
}

/** The live events of one topic. */
function EventsPanel(): ReactNode {
  const topics = useTopics();
  const [route, go] = useRoute();
  const names = topics.data?.topics ?? [];
  const topic = route.query.topic ?? names[0];
  const events = useTopicEvents(topic);
  const nowMs = useNow();
  const choice = (
    <NativeSelect
      size="xs"
      aria-label="Topic"
      value={topic ?? ''}
      data={[...names]}
      onChange={(event) => go({ query: withQuery(route, { topic: event.currentTarget.value }) }, 'replace')}
    />
  );
  return (
    <Panel title="Events" actions={names.length > 0 ? choice : undefined}>
      <Listed
        query={topics}
        what="The topics"
        empty="Nothing was published yet."
        isEmpty={(data) => data.topics.length === 0}
      >
        {() => (
          <Table columns={['Number', 'When', 'Publisher', 'Payload']}>
            {events.map(({ sequence, atMs, publisher, payload }) => (
              <tr key={sequence}>
                <th scope="row" className="number">
                  {sequence}
                </th>
                <td data-label="When">{formatWhen(atMs, nowMs)}</td>
                <td data-label="Publisher">{publisher === '' ? <Nothing /> : publisher}</td>
                <td data-label="Payload">
                  <code>{JSON.stringify(payload)}</code>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Listed>
    </Panel>
  );
}

function Places({ places }: { readonly places: readonly QueuePlace[] }): ReactNode {
  const nowMs = useNow();
  if (places.length === 0) return <Nothing />;
  return places.map((place) => {
    const sinceMs = place.grantedAtMs ?? place.enteredAtMs;
    return (
      <div key={place.id} title={`${place.mode}, session ${place.session ?? 'unknown'}`}>
        {place.owner ?? place.session ?? place.id}
        <span className="reason">
          {[whereText(place.host, place.pid), sinceMs > 0 ? `for ${formatDuration(nowMs - sinceMs)}` : undefined]
            .filter((part) => part !== undefined)
            .join(', ')}
        </span>
      </div>
    );
  });
}

const whereText = (host: string | null, pid: number | null): string | undefined =>
  host === null ? undefined : pid === null ? host : `${host}, pid ${pid}`;

function Nothing(): ReactNode {
  return <span className="faint">–</span>;
}
