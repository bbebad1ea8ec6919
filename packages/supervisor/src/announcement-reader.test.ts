import { PassThrough } from 'node:stream';
import { type SessionAnnouncement, writeAnnouncement } from '@keelson/store/supervised';
import { array, assert, asyncProperty, nat } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnnouncements } from './announcement-reader.ts';

const ended = (session: string): SessionAnnouncement => ({ keelson: 1, event: 'session-ended', pid: 7, session });

/** What is heard of pieces that arrive one by one. */
async function hear(...pieces: (string | Uint8Array)[]): Promise<string[]> {
  const channel = new PassThrough();
  const sessions: string[] = [];
  readAnnouncements(channel, ({ session }) => sessions.push(session));
  const over = new Promise((resolve) => channel.once('end', resolve));
  for (const piece of pieces) channel.write(piece);
  channel.end();
  await over;
  return sessions;
}

describe('announcements on a channel', () => {
  it('are heard however the bytes are cut', async () => {
    const bytes = Buffer.from(['a', 'ü', 'c'].map((name) => writeAnnouncement(ended(name))).join(''));
    await assert(
      asyncProperty(array(nat(bytes.length)), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(await hear(...pieces)).toEqual(['a', 'ü', 'c']);
      }),
    );
  });

  it('are not read out of a torn line, nor out of one that has no end, and those after it are heard', async () => {
    const one = writeAnnouncement(ended('a'));
    expect(await hear(one, one.slice(0, -1))).toEqual(['a']);
    const endless = 'x'.repeat(30_000);
    expect(await hear(...Array.from({ length: 5 }, () => endless), '\n', one)).toEqual(['a']);
    expect(await hear(`${endless.repeat(3)}\n${one}`)).toEqual(['a']);
    // Looks whole again after what was left out of it.
    expect(await hear(endless, endless, endless, one, one)).toEqual(['a']);
  });
});
