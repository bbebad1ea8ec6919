import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Lock } from '../api/coordination-types.ts';
import { plural } from '../ui/format.ts';
import { ListTable, Nothing } from './list-table.tsx';
import { Places } from './queue-places.tsx';

/** Locks or semaphores: who holds them, why, and who waits. */
export function LockTable({
  locks,
  onBreak,
}: {
  readonly locks: readonly Lock[];
  readonly onBreak: (lock: Lock) => void;
}): ReactNode {
  return (
    <ListTable columns={['Name', 'Held by', 'Reason', 'Waiting', 'Token', '']}>
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
    </ListTable>
  );
}
