import { type ReactNode, useState } from 'react';
import { useMatrix, useResources } from '../api/queries.ts';
import { MatrixBoard } from '../matrix/matrix-board.tsx';
import { MatrixLegend } from '../matrix/matrix-legend.tsx';
import { MatrixTable } from '../matrix/matrix-table.tsx';
import { type MatrixLook, MatrixToolbar } from '../matrix/matrix-toolbar.tsx';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { useRoute, withQuery } from '../ui/use-route.ts';
import { NoResources } from './no-resources.tsx';

/** The matrix of a resource on the whole page: filters, picture or table. */
export default function MatrixView(): ReactNode {
  const [route, go] = useRoute();
  const resources = useResources();
  const [look, setLook] = useState<MatrixLook>({ density: 'normal', flipped: false });
  const names = resources.data?.resources.map(({ name }) => name) ?? [];
  const resource = route.query.resource ?? names[0];
  const { matrix, query } = useMatrix(resource);
  const filter = { state: route.query.state, instance: route.query.instance, text: route.query.text };
  const asTable = route.query.as === 'table';
  const change = (values: Readonly<Record<string, string | undefined>>): void =>
    go({ query: withQuery(route, values) }, 'replace');
  const open = (partition: string): void => go({ query: withQuery(route, { partition, of: resource }) });
  return (
    <div className="page fill">
      <MatrixToolbar
        resources={names}
        resource={resource}
        matrix={matrix}
        filter={filter}
        asTable={asTable}
        look={look}
        onChange={change}
        onLook={setLook}
      />
      {resources.data !== undefined && resource === undefined && <NoResources cluster={route.cluster} />}
      {matrix === undefined && query.error !== null && (
        <ErrorNotice what="The matrix could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {matrix === undefined && query.error === null && (resource !== undefined || resources.isPending) && (
        <LoadingLines label="Matrix: loading" lines={10} />
      )}
      {matrix !== undefined &&
        (asTable ? (
          <MatrixTable matrix={matrix} filter={filter} onOpen={open} />
        ) : (
          <>
            <MatrixBoard matrix={matrix} filter={filter} {...look} onOpen={open} />
            <MatrixLegend states={matrix.states} />
          </>
        ))}
    </div>
  );
}
