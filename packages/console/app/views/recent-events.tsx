import { type ReactNode, useMemo } from 'react';
import { useTimelinePast } from '../api/queries.ts';
import { useLive } from '../live/live-context.tsx';
import { tellStory } from '../timeline/story.ts';
import { StoryLine } from '../timeline/story-line.tsx';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { useNow } from '../ui/use-now.ts';
import { useTopStates } from '../ui/use-state-order.ts';

/** Events looked at for the newest lines, and the lines shown. */
const LOOKED_AT = 600;
const SHOWN = 14;

/** The newest lines of the timeline. */
export function RecentEvents(): ReactNode {
  const past = useTimelinePast();
  const timeline = useLive((state) => state.timeline);
  const tops = useTopStates();
  const nowMs = useNow(30_000);
  const items = useMemo(() => tellStory(timeline.slice(0, LOOKED_AT), tops).slice(0, SHOWN), [timeline, tops]);
  if (items.length === 0 && past.error !== null) {
    return <ErrorNotice what="The timeline could not be read" error={past.error} onRetry={() => void past.refetch()} />;
  }
  if (items.length === 0) {
    return past.isPending ? (
      <LoadingLines label="Timeline: loading" lines={4} />
    ) : (
      <p className="faint pad">Nothing has happened since the server started.</p>
    );
  }
  return (
    <ol className="story compact">
      {items.map((item) => (
        <li key={item.id}>
          <StoryLine item={item} nowMs={nowMs} />
        </li>
      ))}
    </ol>
  );
}
