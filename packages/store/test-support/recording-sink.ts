import type { KvEvent, KvWatchSink } from '../src/kv/backend.ts';
import { text } from './operations.ts';

/** A watch sink that writes down what it is told, one line per call. */
export interface RecordingSink extends KvWatchSink {
  readonly lines: string[];
  /** Called after each batch of events. */
  afterEvents: () => void;
}

const show = ({ type, kv, prevKv }: KvEvent): string =>
  `${type} ${kv.key}${type === 'put' ? `=${text(kv.value)}` : ''}@${kv.modRevision}${prevKv === undefined ? '' : ` was ${text(prevKv.value)}`}`;

/** A sink whose `lines` are to be compared. */
export function recordingSink(): RecordingSink {
  const lines: string[] = [];
  const sink: RecordingSink = {
    lines,
    afterEvents: () => {},
    onCreated: (revision) => lines.push(`created ${revision}`),
    onEvents: (events, revision) => {
      lines.push(`${events.map(show).join(', ')} | ${revision}`);
      sink.afterEvents();
    },
    onProgress: (revision) => lines.push(`progress ${revision}`),
    onCompacted: (revision) => lines.push(`compacted ${revision}`),
    onInterrupted: (error) => lines.push(`interrupted ${error.name}`),
  };
  return sink;
}
