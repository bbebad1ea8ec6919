import type { Readable } from 'node:stream';
import { readAnnouncement, type SessionAnnouncement } from '@keelson/store/supervised';

/** Longest line that can be an announcement, in characters; what is longer is passed over, so that a child cannot fill its supervisor's memory. */
const LONGEST_LINE = 65_536;

/** Tells of each announcement on the channel as it comes. Everything else on it, a line that was torn by the child's end too, is passed over. */
export function readAnnouncements(
  channel: Readable,
  onAnnouncement: (announcement: SessionAnnouncement) => void,
): void {
  let partial = '';
  let tooLong = false;
  const take = (line: string): void => {
    const announcement = readAnnouncement(line);
    if (announcement !== undefined) onAnnouncement(announcement);
  };
  channel.setEncoding('utf8');
  channel.on('data', (text: string) => {
    const [first = '', ...further] = text.split('\n');
    partial = tooLong ? '' : partial + first;
    for (const next of further) {
      if (!tooLong && partial.length <= LONGEST_LINE) take(partial);
      partial = next;
      tooLong = false;
    }
    tooLong ||= partial.length > LONGEST_LINE;
  });
  channel.on('error', () => channel.destroy());
}
