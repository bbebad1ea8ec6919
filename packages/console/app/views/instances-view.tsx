import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useInstances } from '../api/queries.ts';
import type { Instance } from '../api/types.ts';
import { formatDuration, formatWhen } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { InstanceHealth } from '../ui/instance-health.tsx';
import { EmptyNotice, ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { formatRoute } from '../ui/route.ts';
import { StateCounts } from '../ui/state-chip.tsx';
import { useNow } from '../ui/use-now.ts';
import { useRoute, withQuery } from '../ui/use-route.ts';
import { useStateOrder } from '../ui/use-state-order.ts';
import { SwitchDialog } from './switch-dialog.tsx';

/** Every instance with its health, and the switch that takes it out of or back into service. */
export default function InstancesView(): ReactNode {
  const query = useInstances();
  const [route, go] = useRoute();
  const [switching, setSwitching] = useState<string>();
  const [done, setDone] = useState('');
  const instances = query.data?.instances;
  const { text = '', only } = route.query;
  const shown = (instances ?? []).filter(
    (instance) =>
      instance.name.toLowerCase().includes(text.trim().toLowerCase()) &&
      (only === undefined || !instance.live || !instance.enabled || instance.pendingTransitions > 0),
  );
  const change = (values: Readonly<Record<string, string | undefined>>): void =>
    go({ query: withQuery(route, values) }, 'replace');
  return (
    <div className="page">
      <div className="toolbar">
        <h1>Instances</h1>
        <TextInput
          size="xs"
          aria-label="Instances whose name contains"
          placeholder="Name contains…"
          leftSection={<Icon name="search" size={13} />}
          value={text}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
        <SegmentedControl
          size="xs"
          aria-label="Which instances"
          value={only === undefined ? 'all' : 'troubled'}
          onChange={(value) => change({ only: value === 'all' ? undefined : '1' })}
          data={[
            { value: 'all', label: 'All' },
            { value: 'troubled', label: 'Not settled' },
          ]}
        />
      </div>
      <p className="done" role="status">
        {done}
      </p>
      {query.error !== null && instances === undefined && (
        <ErrorNotice what="The instances could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <LoadingLines label="Instances: loading" lines={6} />}
      {instances?.length === 0 && <NoInstances cluster={route.cluster} />}
      {instances !== undefined && instances.length > 0 && shown.length === 0 && (
        <EmptyNotice title="No instance passes the filter">Clear the name or choose “All”.</EmptyNotice>
      )}
      {shown.length > 0 && <InstanceTable instances={shown} onSwitch={setSwitching} />}
      {switching !== undefined && (
        <SwitchDialog instance={switching} onClose={() => setSwitching(undefined)} onDone={setDone} />
      )}
    </div>
  );
}

function NoInstances({ cluster }: { readonly cluster: string | undefined }): ReactNode {
  return (
    <EmptyNotice title="No instances yet" command={`keelson instance add worker-1 --cluster ${cluster ?? ''}`}>
      A process appears here when it joins the cluster. Where joining by itself is not allowed, add it first:
    </EmptyNotice>
  );
}

const COLUMNS = ['Instance', 'Health', 'Replicas', 'In motion', 'Live since', 'Session', 'Place', ''] as const;

function InstanceTable({
  instances,
  onSwitch,
}: {
  readonly instances: readonly Instance[];
  readonly onSwitch: (name: string) => void;
}): ReactNode {
  const order = useStateOrder();
  const nowMs = useNow();
  return (
    // biome-ignore lint/a11y/noRedundantRoles: narrow screens lay the rows out as cards, which takes the table's own role away
    <table className="list" role="table">
      <thead>
        <tr>
          {COLUMNS.map((name) => (
            <th key={name} scope="col">
              {name === '' ? <span className="visually-hidden">Actions</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {instances.map((instance) => (
          <InstanceRow key={instance.name} instance={instance} order={order} nowMs={nowMs} onSwitch={onSwitch} />
        ))}
      </tbody>
    </table>
  );
}

function InstanceRow(props: {
  readonly instance: Instance;
  readonly order: readonly string[];
  readonly nowMs: number;
  readonly onSwitch: (name: string) => void;
}): ReactNode {
  const { instance, order, nowMs, onSwitch } = props;
  const [route] = useRoute();
  const { name, enabled, liveSinceMs, sessionId, pendingTransitions } = instance;
  const held = formatRoute({ cluster: route.cluster, page: 'matrix', query: { instance: name } });
  return (
    <tr data-instance={name}>
      <th scope="row">
        <a href={held} title={`Partitions on ${name}`}>
          {name}
        </a>
      </th>
      <td data-label="Health">
        <InstanceHealth instance={instance} />
        {!enabled && <span className="reason">{instance.disabledReason ?? 'no reason given'}</span>}
      </td>
      <td data-label="Replicas">
        <StateCounts order={order} counts={instance.states} />
      </td>
      <td data-label="In motion" className="number">
        {pendingTransitions === 0 ? <span className="faint">–</span> : pendingTransitions}
      </td>
      <td data-label="Live since">
        {liveSinceMs === null ? <span className="faint">–</span> : sinceText(liveSinceMs, nowMs)}
      </td>
      <td data-label="Session">
        <code className="session">{sessionId ?? '–'}</code>
      </td>
      <td data-label="Place">
        <Place instance={instance} />
      </td>
      <td className="actions">
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`${enabled ? 'Disable' : 'Enable'} ${name}`}
          onClick={() => onSwitch(name)}
        >
          {enabled ? 'Disable' : 'Enable'}
        </Button>
      </td>
    </tr>
  );
}

function sinceText(sinceMs: number, nowMs: number): string {
  return `${formatWhen(sinceMs, nowMs)} (${formatDuration(nowMs - sinceMs)})`;
}

function Place({ instance: { name, host, port, domain, tags } }: { readonly instance: Instance }): ReactNode {
  // A participant that gives no address of its own has its name as its host: nothing to tell.
  const address =
    host === null || (host === name && port === null) ? undefined : `${host}${port === null ? '' : `:${port}`}`;
  const parts = [address, domain, ...tags].filter((part) => part !== undefined && part !== null && part !== '');
  return parts.length === 0 ? <span className="faint">–</span> : parts.join(' · ');
}
