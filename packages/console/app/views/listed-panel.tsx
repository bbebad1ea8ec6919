import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { Panel } from '../ui/panel.tsx';

/** A panel with the items of a query, or what stands in their way: they are being read, could not be, or there are none. */
export function ListedPanel<T, I>(props: {
  /** "Locks". */
  readonly title: string;
  readonly query: UseQueryResult<T>;
  readonly itemsOf: (data: T) => readonly I[];
  readonly empty: string;
  readonly actions?: ReactNode;
  readonly children: (items: readonly I[]) => ReactNode;
}): ReactNode {
  const { title, query, itemsOf, empty, actions, children } = props;
  const { data, error } = query;
  const items = data === undefined ? undefined : itemsOf(data);
  let content: ReactNode;
  if (items !== undefined) content = items.length > 0 ? children(items) : <p className="faint">{empty}</p>;
  else if (error === null) content = <LoadingLines label={`${title}: loading`} lines={2} />;
  else content = <ErrorNotice what={`${title} could not be read`} error={error} onRetry={() => void query.refetch()} />;
  return (
    <Panel title={title} actions={actions}>
      {content}
    </Panel>
  );
}
