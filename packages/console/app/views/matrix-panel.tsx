import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMatrix, useResources } from '../api/queries.ts';
import { MatrixBoard } from '../matrix/matrix-board.tsx';
import { MatrixLegend } from '../matrix/matrix-legend.tsx';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { Panel } from '../ui/panel.tsx';
import { useRoute, withQuery } from '../ui/use-route.ts';
import { NoResources } from './no-resources.tsx';

/** The matrix of one resource on the overview. */
export function MatrixPanel(): ReactNode {
  const [route, go] = useRoute();
  const resources = useResources();
  const names = resources.data?.resources.map(({ name }) => name) ?? [];
  const chosen = names.find((name) => name === route.query.resource) ?? names[0];
  const { matrix, query } = useMatrix(chosen);
  const picker =
    names.length < 2 ? (
      <span className="faint">{chosen}</span>
    ) : (
      <NativeSelect
        size="xs"
        aria-label="Resource"
        value={chosen ?? ''}
        data={names}
        onChange={(event) => go({ query: withQuery(route, { resource: event.currentTarget.value }) }, 'replace')}
      />
    );
  const link = {
    cluster: route.cluster,
    page: 'matrix',
    query: chosen === undefined ? {} : { resource: chosen },
  } as const;
  return (
    <Panel title="Partitions × instances" link={link} actions={picker}>
      {resources.data !== undefined && chosen === undefined && <NoResources cluster={route.cluster} />}
      {matrix === undefined && chosen !== undefined && query.error !== null && (
        <ErrorNotice what="The matrix could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {matrix === undefined && query.error === null && (chosen !== undefined || resources.isPending) && (
        <LoadingLines label="Matrix: loading" lines={6} />
      )}
      {matrix !== undefined && (
        <>
          <MatrixBoard
            matrix={matrix}
            filter={{}}
            density="normal"
            flipped={false}
            onOpen={(partition) => go({ query: withQuery(route, { partition, of: matrix.resource }) })}
          />
          <MatrixLegend states={matrix.states} />
        </>
      )}
    </Panel>
  );
}
