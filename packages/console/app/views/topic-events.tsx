import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTopics } from '../api/coordination-queries.ts';
import { useTopicEvents } from '../api/use-topic-events.ts';
import { formatWhen } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { useRoute, withQuery } from '../ui/use-route.ts';
import { ListTable, Nothing } from './list-table.tsx';
import { ListedPanel } from './listed-panel.tsx';

/** The live events of one topic. */
export function TopicEvents(): ReactNode {
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
    <ListedPanel
      title="Events"
      query={topics}
      itemsOf={(data) => data.topics}
      empty="Nothing was published yet."
      actions={names.length > 0 ? choice : undefined}
    >
      {() => (
        <ListTable columns={['Number', 'When', 'Publisher', 'Payload']}>
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
        </ListTable>
      )}
    </ListedPanel>
  );
}
