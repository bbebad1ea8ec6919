import type { ReactNode } from 'react';
import type { QueuePlace } from '../api/coordination-types.ts';
import { formatDuration } from '../ui/format.ts';
import { useNow } from '../ui/use-now.ts';
import { Nothing } from './list-table.tsx';

/** Who holds something or waits for it: a line each with where and for how long. */
export function Places({ places }: { readonly places: readonly QueuePlace[] }): ReactNode {
  const nowMs = useNow();
  if (places.length === 0) return <Nothing />;
  return places.map((place) => {
    const sinceMs = place.grantedAtMs ?? place.enteredAtMs;
    return (
      <div key={place.id} title={`${place.mode}, session ${place.session ?? 'unknown'}`}>
        {place.owner ?? place.session ?? place.id}
        <span className="reason">
          {[whereText(place.host, place.pid), sinceMs > 0 ? `for ${formatDuration(nowMs - sinceMs)}` : undefined]
            .filter((part) => part !== undefined)
            .join(', ')}
        </span>
      </div>
    );
  });
}

/** "web-1, pid 17": where a process runs, as far as it is known. */
export const whereText = (host: string | null, pid: number | null): string | undefined =>
  host === null ? undefined : pid === null ? host : `${host}, pid ${pid}`;
