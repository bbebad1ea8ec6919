import type { ReactNode } from 'react';

/** A list of things with columns; a column without a name holds what can be done. Narrow screens show a card per row. */
export function ListTable({
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

/** Where there is nothing to say. */
export function Nothing(): ReactNode {
  return <span className="faint">–</span>;
}
