import { styleText } from 'node:util';
import { isKeelsonError } from '@keelson/runtime';
import { printable, type Style } from './table.ts';

/** Where a command writes. People get text, programs one JSON document (or one a line, where a command goes on). */
export interface Output {
  readonly json: boolean;
  /** Whether a person looks on: the screen may be redrawn. */
  readonly interactive: boolean;
  readonly style: Style;
  /** Writes `document` as JSON, or what `text` makes of it. */
  result<T>(document: T, text: (document: T) => string): void;
  /** A sentence for people; nothing with `--json`. */
  say(text: string): void;
  /** Writes as it is. */
  raw(text: string): void;
}

/** What of the process an output uses. */
export interface OutputTarget {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An output on standard output. Colours on a terminal only, and never under `NO_COLOR`. */
export function openOutput(target: OutputTarget, json: boolean): Output {
  const terminal = target.stdout.isTTY === true;
  const colours = terminal && !json && (target.env.NO_COLOR ?? '') === '' && target.env.TERM !== 'dumb';
  const line = (text: string): void => void target.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    json,
    interactive: terminal && !json,
    style: (text, style) => (colours ? styleText(style, text, { validateStream: false }) : text),
    result: (document, text) => line(json ? JSON.stringify(document) : text(document)),
    say: (text) => {
      if (!json) line(text);
    },
    raw: (text) => void target.stdout.write(text),
  };
}

/** An error in one sentence, with its code; as JSON for programs. */
export function errorText(error: unknown, json: boolean): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
  const code = isKeelsonError(error) ? error.code : 'E_INTERNAL';
  if (json) return JSON.stringify({ error: { code, message } });
  return `keelson: ${printable(message)} (${code})`;
}
