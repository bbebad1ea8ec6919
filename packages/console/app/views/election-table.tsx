import type { ReactNode } from 'react';
import type { Election } from '../api/coordination-types.ts';
import { ListTable, Nothing } from './list-table.tsx';
import { Places } from './queue-places.tsx';

/** Elections: who leads, in which term, and who would follow. */
export function ElectionTable({ elections }: { readonly elections: readonly Election[] }): ReactNode {
  return (
    <ListTable columns={['Election', 'Leader', 'Term', 'Candidates', 'Token']}>
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
    </ListTable>
  );
}
