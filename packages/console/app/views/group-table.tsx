import type { ReactNode } from 'react';
import type { Group } from '../api/coordination-types.ts';
import { formatWhen } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { ListTable, Nothing } from './list-table.tsx';
import { whereText } from './queue-places.tsx';

/** The members of all groups. */
export function GroupTable({ groups }: { readonly groups: readonly Group[] }): ReactNode {
  const nowMs = useNow();
  return (
    <ListTable columns={['Group', 'Member', 'Where', 'Joined']}>
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
    </ListTable>
  );
}
