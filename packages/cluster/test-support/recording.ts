import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const folder = new URL('../fixtures/helix/', import.meta.url);

/** One line of a recording: a mark, or one write to the store. */
export type RecordedLine =
  | { readonly kind: 'step'; readonly ms: number; readonly step: string }
  | {
      readonly kind: 'write';
      readonly ms: number;
      readonly zxid: string;
      readonly session: string;
      readonly op: 'create' | 'set' | 'delete' | 'openSession' | 'closeSession' | 'error';
      readonly path: string;
      readonly ephemeral: boolean;
      readonly value: Uint8Array;
    };

interface RawLine {
  readonly ms: number;
  readonly step?: string;
  readonly zxid?: string;
  readonly session?: string;
  readonly op?: 'create' | 'set' | 'delete' | 'openSession' | 'closeSession' | 'error';
  readonly path?: string;
  readonly ephemeral?: boolean;
  readonly data?: string | { readonly base64: string } | null;
}

function bytes(data: RawLine['data']): Uint8Array {
  if (data === null || data === undefined) return new Uint8Array();
  return typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(Buffer.from(data.base64, 'base64'));
}

function parse(line: string): RecordedLine {
  const raw = JSON.parse(line) as RawLine;
  if (raw.step !== undefined) return { kind: 'step', ms: raw.ms, step: raw.step };
  return {
    kind: 'write',
    ms: raw.ms,
    zxid: raw.zxid ?? '',
    session: raw.session ?? '',
    op: raw.op ?? 'error',
    path: raw.path ?? '',
    ephemeral: raw.ephemeral ?? false,
    value: bytes(raw.data),
  };
}

/** Names of all recordings: `failover`, `controllers`… */
export const recordingNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl.gz'))
  .map((name) => name.slice(0, -'.jsonl.gz'.length))
  .sort();

/** The lines of one recording, in order. */
export function readRecording(name: string): readonly RecordedLine[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parse);
}
