import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useDeferredValue, useMemo, useRef } from 'react';
import { useTimelinePast } from '../api/queries.ts';
import { useLive } from '../live/live-context.tsx';
import { type StoryItem, tellEach, tellStory } from '../timeline/story.ts';
import { StoryLine } from '../timeline/story-line.tsx';
import { Icon } from '../ui/icons.tsx';
import { EmptyNotice, ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { useNow } from '../ui/use-now.ts';
import { useRoute, withQuery } from '../ui/use-route.ts';
import { useTopStates } from '../ui/use-state-order.ts';

/** What happened, newest first, live. */
export default function TimelineView(): ReactNode {
  const past = useTimelinePast();
  const [route, go] = useRoute();
  const timeline = useDeferredValue(useLive((state) => state.timeline));
  const tops = useTopStates();
  const { kind = 'all', text = '', each } = route.query;
  const items = useMemo(() => {
    const told = each === undefined ? tellStory(timeline, tops) : tellEach(timeline);
    const needle = text.trim().toLowerCase();
    return told.filter(
      (item) => (kind === 'all' || item.kind === kind) && (needle === '' || item.text.toLowerCase().includes(needle)),
    );
  }, [timeline, tops, kind, text, each]);
  const change = (query: Readonly<Record<string, string | undefined>>): void =>
    go({ query: withQuery(route, query) }, 'replace');
  return (
    <div className="page fill">
      <div className="toolbar">
        <h1>Timeline</h1>
        <NativeSelect
          size="xs"
          aria-label="What the lines are about"
          value={kind}
          onChange={(event) =>
            change({ kind: event.currentTarget.value === 'all' ? undefined : event.currentTarget.value })
          }
          data={[
            { value: 'all', label: 'About everything' },
            { value: 'instance', label: 'About instances' },
            { value: 'replica', label: 'About replicas' },
            { value: 'controller', label: 'About the controller' },
            { value: 'resource', label: 'About resources' },
          ]}
        />
        <SegmentedControl
          size="xs"
          aria-label="How much is one line"
          value={each === undefined ? 'story' : 'each'}
          onChange={(value) => change({ each: value === 'each' ? '1' : undefined })}
          data={[
            { value: 'story', label: 'Summed up' },
            { value: 'each', label: 'Every change' },
          ]}
        />
        <TextInput
          size="xs"
          aria-label="Lines that contain"
          placeholder="Contains…"
          leftSection={<Icon name="search" size={13} />}
          value={text}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
      </div>
      <TimelineBody items={items} past={past} filtered={kind !== 'all' || text !== ''} />
    </div>
  );
}

function TimelineBody({
  items,
  past,
  filtered,
}: {
  readonly items: readonly StoryItem[];
  readonly past: ReturnType<typeof useTimelinePast>;
  readonly filtered: boolean;
}): ReactNode {
  if (items.length > 0) {
    return <StoryList items={items} />;
  }
  if (past.error !== null) {
    return <ErrorNotice what="The timeline could not be read" error={past.error} onRetry={() => void past.refetch()} />;
  }
  if (past.isPending) {
    return <LoadingLines label="Timeline: loading" lines={8} />;
  }
  return (
    <EmptyNotice title={filtered ? 'No line passes the filter' : 'Nothing has happened yet'}>
      {filtered
        ? 'Choose “About everything” or clear the text.'
        : 'Whatever changes in this cluster appears here at once.'}
    </EmptyNotice>
  );
}

function StoryList({ items }: { readonly items: readonly StoryItem[] }): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const nowMs = useNow(30_000);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 32,
    overscan: 12,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="story-scroll" ref={scroller} tabIndex={0} aria-label="What happened, newest first">
      <ol className="story" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((row) => {
          const item = items[row.index];
          return (
            item !== undefined && (
              <li
                key={row.key}
                ref={virtual.measureElement}
                data-index={row.index}
                aria-setsize={items.length}
                aria-posinset={row.index + 1}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <StoryLine item={item} nowMs={nowMs} />
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}
