import { KeelsonError } from '@keelson/runtime';
import { joinPath, type StorePath } from '@keelson/store';
import { eventName } from './event.ts';

/** Most bytes of a key once it is a segment of a path. */
const MAX_KEY_BYTES = 255;

/** Where the parts of a topic live. */
export interface TopicPaths {
  readonly name: string;
  /** How long events are kept. */
  readonly base: StorePath;
  /** Where the next event goes. Written by those who publish. */
  readonly head: StorePath;
  /** Where the log begins. Written by those who trim. */
  readonly floor: StorePath;
  readonly log: StorePath;
  readonly cursors: StorePath;
  event(sequence: number): StorePath;
  /** Throws `E_INVALID_ARGUMENT` for a key that is empty or too long. */
  key(key: string): StorePath;
  /** Throws `E_INVALID_PATH` for a name that is no single segment. */
  cursor(consumer: string): StorePath;
}

/** The paths of the topic at `base`. */
export function topicPaths(base: StorePath, name: string): TopicPaths {
  const log = joinPath(base, 'log');
  const cursors = joinPath(base, 'cursors');
  return {
    name,
    base,
    head: joinPath(base, 'head'),
    floor: joinPath(base, 'floor'),
    log,
    cursors,
    event: (sequence) => `${log}/${eventName(sequence)}`,
    key: (key) => `${base}/keys/${segmentOfKey(key)}`,
    cursor: (consumer) => joinPath(cursors, consumer),
  };
}

/** Any text as a segment: what a path cannot hold is written as in a URL. */
function segmentOfKey(key: string): string {
  const segment = typeof key === 'string' && key !== '' && key.length <= MAX_KEY_BYTES ? encoded(key) : undefined;
  if (segment === undefined || segment.length > MAX_KEY_BYTES)
    throw new KeelsonError('E_INVALID_ARGUMENT', `A key must be text of 1 to ${MAX_KEY_BYTES - 2} bytes, URL-encoded.`);
  return segment;
}

function encoded(key: string): string | undefined {
  try {
    return `k-${encodeURIComponent(key)}`;
  } catch (error) {
    // Half of a surrogate pair is no text.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
