import type { ReactNode } from 'react';
import type { Instance } from '../api/types.ts';
import { InstanceHealth } from '../ui/instance-health.tsx';
import { formatRoute } from '../ui/route.ts';
import { StateCounts } from '../ui/state-chip.tsx';
import { useRoute } from '../ui/use-route.ts';

/** Instances shown at a glance; the page about them has all. */
const SHOWN = 8;

/** Who serves, in few words: troubled instances first. */
export function InstanceGlance({
  instances,
  order,
}: {
  readonly instances: readonly Instance[];
  readonly order: readonly string[];
}): ReactNode {
  const [route] = useRoute();
  if (instances.length === 0) {
    return <p className="faint pad">No instance has joined yet.</p>;
  }
  const troubled = (instance: Instance): number => Number(instance.live && instance.enabled);
  const shown =
    instances.length <= SHOWN ? instances : [...instances].sort((a, b) => troubled(a) - troubled(b)).slice(0, SHOWN);
  return (
    <ul className="glance">
      {shown.map((instance) => (
        <li key={instance.name}>
          <InstanceHealth instance={instance} bare={instance.live && instance.enabled} />
          <a
            href={formatRoute({ cluster: route.cluster, page: 'matrix', query: { instance: instance.name } })}
            title={`Partitions on ${instance.name}`}
          >
            {instance.name}
          </a>
          <StateCounts order={order} counts={instance.states} />
        </li>
      ))}
      {shown.length < instances.length && <li className="faint">and {instances.length - shown.length} more</li>}
    </ul>
  );
}
