import type { ReactNode } from 'react';
import { useResources, useStateModels } from '../api/queries.ts';
import type { Resource } from '../api/types.ts';
import { formatCount } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { formatRoute } from '../ui/route.ts';
import { StateCounts } from '../ui/state-chip.tsx';
import { useRoute } from '../ui/use-route.ts';
import { NoResources } from './no-resources.tsx';

/** Every resource: what is declared about it, and how far it is. */
export default function ResourcesView(): ReactNode {
  const query = useResources();
  const [route] = useRoute();
  const resources = query.data?.resources;
  return (
    <div className="page">
      <div className="toolbar">
        <h1>Resources</h1>
      </div>
      {query.error !== null && resources === undefined && (
        <ErrorNotice what="The resources could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <LoadingLines label="Resources: loading" lines={4} />}
      {resources?.length === 0 && <NoResources cluster={route.cluster} />}
      {resources !== undefined && resources.length > 0 && <ResourceTable resources={resources} />}
    </div>
  );
}

const COLUMNS = ['Resource', 'Placement', 'Partitions', 'Replicas', 'State model', 'Mode', 'Where'] as const;

function ResourceTable({ resources }: { readonly resources: readonly Resource[] }): ReactNode {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: narrow screens lay the rows out as cards, which takes the table's own role away
    <table className="list" role="table">
      <thead>
        <tr>
          {COLUMNS.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {resources.map((resource) => (
          <ResourceRow key={resource.name} resource={resource} />
        ))}
      </tbody>
    </table>
  );
}

function ResourceRow({ resource }: { readonly resource: Resource }): ReactNode {
  const [route] = useRoute();
  const { data } = useStateModels();
  const model = data?.stateModels.find(({ name }) => name === resource.stateModel);
  const link = formatRoute({ cluster: route.cluster, page: 'matrix', query: { resource: resource.name } });
  return (
    <tr>
      <th scope="row">
        <a href={link}>{resource.name}</a>
      </th>
      <td data-label="Placement">
        <Placement resource={resource} />
        <StateCounts order={model?.states.map(({ name }) => name) ?? []} counts={resource.states} />
      </td>
      <td data-label="Partitions" className="number">
        {formatCount(resource.partitions)}
      </td>
      <td data-label="Replicas" className="number">
        {replicasText(resource)}
      </td>
      <td data-label="State model">{resource.stateModel}</td>
      <td data-label="Mode">{resource.mode}</td>
      <td data-label="Where">{resource.tag === null ? 'any instance' : `tag ${resource.tag}`}</td>
    </tr>
  );
}

function replicasText({ replicas, minActiveReplicas }: Resource): string {
  const count = replicas === 'ANY_LIVEINSTANCE' ? 'one on each live instance' : formatCount(replicas);
  return minActiveReplicas === null ? count : `${count}, at least ${formatCount(minActiveReplicas)} active`;
}

function Placement({ resource }: { readonly resource: Resource }): ReactNode {
  if (!resource.enabled) {
    return (
      <span className="placement" data-tone="warning">
        <Icon name="warning" size={14} /> disabled
      </span>
    );
  }
  return resource.converged ? (
    <span className="placement" data-tone="good">
      <Icon name="check" size={14} /> converged
    </span>
  ) : (
    <span className="placement" data-tone="warning">
      <Icon name="moving" size={14} /> converging
    </span>
  );
}
