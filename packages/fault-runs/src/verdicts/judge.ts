import { brokenBarriers } from './barrier.ts';
import { falseStories } from './group.ts';
import { brokenNews } from './news.ts';
import { doubleOwners, overlaps } from './ownership.ts';
import { falseAccusations, oddities, standstills } from './progress.ts';
import { brokenWatches, notLinearizable, staleCopies } from './registers.ts';
import type { Transcript } from './transcript.ts';

/** Every violation in a transcript; `truth`: what the registers held at the end. */
export function judge(transcript: Transcript, truth: Readonly<Record<string, string>>): readonly string[] {
  return [
    ...overlaps(transcript),
    ...doubleOwners(transcript),
    ...notLinearizable(transcript),
    ...brokenWatches(transcript),
    ...falseStories(transcript),
    ...brokenBarriers(transcript),
    ...brokenNews(transcript),
    ...standstills(transcript),
    ...falseAccusations(transcript),
    ...staleCopies(transcript, truth),
    ...oddities(transcript),
  ];
}
