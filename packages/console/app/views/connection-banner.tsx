import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLive, useLiveCluster } from '../live/live-context.tsx';
import { formatDuration, formatWhen } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { useNow } from '../ui/use-now.ts';
import { TokenForm } from './token-form.tsx';

/** Says that what is shown is old, of when it is, and when the next try is. Nothing while the connection stands. */
export function ConnectionBanner(): ReactNode {
  const connection = useLive((state) => state.connection);
  const { retryNow } = useLiveCluster();
  if (connection.phase !== 'lost') {
    return null;
  }
  if (connection.unauthorized) {
    return <TokenForm onDone={retryNow} />;
  }
  return (
    <div className="banner" role="alert">
      <Icon name="plug" />
      <span>
        <strong>Connection lost.</strong> <AsOf asOfMs={connection.asOfMs} /> <span>{connection.reason}</span>
      </span>
      <NextTry retryAtMs={connection.retryAtMs} />
      <Button size="compact-sm" variant="default" onClick={retryNow}>
        Try now
      </Button>
    </div>
  );
}

function AsOf({ asOfMs }: { readonly asOfMs: number | undefined }): ReactNode {
  const nowMs = useNow();
  return asOfMs === undefined ? 'Nothing was received yet.' : `Showing the state as of ${formatWhen(asOfMs, nowMs)}.`;
}

/** Hidden from screen readers: a countdown read aloud every second would drown everything else. */
function NextTry({ retryAtMs }: { readonly retryAtMs: number | undefined }): ReactNode {
  const nowMs = useNow(500);
  const leftMs = (retryAtMs ?? nowMs) - nowMs;
  return (
    <span className="next-try" aria-hidden="true">
      {leftMs > 0 ? `Next try in ${formatDuration(leftMs)}` : 'Trying…'}
    </span>
  );
}
