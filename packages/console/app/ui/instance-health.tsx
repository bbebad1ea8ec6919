import type { ReactNode } from 'react';
import type { Instance } from '../api/types.ts';

/** Live, down or disabled; `bare`: as a dot with the word for screen readers and as a title. */
export function InstanceHealth({
  instance,
  bare = false,
}: {
  readonly instance: Pick<Instance, 'live' | 'enabled'>;
  readonly bare?: boolean;
}): ReactNode {
  const word = healthWord(instance);
  return (
    <span className="instance-health" data-health={word} title={bare ? word : undefined}>
      <i aria-hidden="true" />
      <span className={bare ? 'visually-hidden' : ''}>{word}</span>
    </span>
  );
}

function healthWord({ live, enabled }: Pick<Instance, 'live' | 'enabled'>): string {
  if (live) {
    return enabled ? 'live' : 'disabled';
  }
  return enabled ? 'down' : 'down, disabled';
}
