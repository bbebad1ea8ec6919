import type { ReactNode } from 'react';
import { formatWhen } from '../ui/format.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import type { StoryItem, StoryKind } from './story.ts';

const ICONS: Readonly<Record<StoryKind, IconName>> = {
  instance: 'server',
  replica: 'swap',
  controller: 'crown',
  resource: 'box',
};

/** One line of the timeline. */
export function StoryLine({ item, nowMs }: { readonly item: StoryItem; readonly nowMs: number }): ReactNode {
  return (
    <div className="story-line" data-tone={item.tone}>
      <time dateTime={isoTime(item.atMs)}>{formatWhen(item.atMs, nowMs)}</time>
      <Icon name={ICONS[item.kind]} size={14} />
      <span>{item.text}</span>
    </div>
  );
}

function isoTime(wallMs: number): string {
  return ISO.format(wallMs).replace(', ', 'T').concat('Z');
}

const ISO = new Intl.DateTimeFormat('en-CA', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZone: 'UTC',
});
