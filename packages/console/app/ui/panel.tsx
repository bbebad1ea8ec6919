import type { ReactNode } from 'react';
import { formatRoute, type Route } from './route.ts';

/** A titled part of a page; its title may lead to the page about it. */
export function Panel(props: {
  readonly title: string;
  readonly link?: Route;
  /** Takes a whole row of the overview's grid. */
  readonly wide?: boolean;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  const { title, link, wide = false, actions, children } = props;
  return (
    <section className={`panel${wide ? ' wide' : ''}`} aria-label={title}>
      <div className="panel-head">
        <h2>{link === undefined ? title : <a href={formatRoute(link)}>{title}</a>}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
