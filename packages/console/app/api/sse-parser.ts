/** One dispatched message of an event stream. */
export interface SseMessage {
  readonly event: string;
  readonly data: string;
  /** Value for `Last-Event-ID`, as it stood when the message was dispatched. */
  readonly id: string | undefined;
}

/** What one chunk of an event stream brought. */
export interface SseChunk {
  readonly messages: readonly SseMessage[];
  /** Where to resume from: a frame may carry an id and nothing else, to move this on. */
  readonly lastEventId: string | undefined;
  /** The server's wish for the delay before a reconnect, in milliseconds. */
  readonly retryMs: number | undefined;
}

/** Takes chunks of an event stream as they come, in any split. */
export interface SseParser {
  push(text: string): SseChunk;
}

/** A parser of `text/event-stream` by the rules of the HTML standard, section "Interpreting an event stream". */
export function createSseParser(lastEventId?: string): SseParser {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id = lastEventId;
  let committedId = lastEventId;
  const field = (line: string): number | undefined => {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (name === 'event') {
      event = value;
    } else if (name === 'data') {
      data.push(value);
    } else if (name === 'id' && !value.includes('\0')) {
      id = value;
    } else if (name === 'retry' && /^\d+$/.test(value)) {
      return Number(value);
    }
    return undefined;
  };
  return {
    push(text) {
      // A chunk may end between CR and LF; the CR is kept back until the next character is known.
      const buffer = rest + text;
      const keep = buffer.endsWith('\r') ? 1 : 0;
      const lines = buffer.slice(0, buffer.length - keep).split(/\r\n|\r|\n/);
      rest = (lines.pop() ?? '') + buffer.slice(buffer.length - keep);
      const messages: SseMessage[] = [];
      let retryMs: number | undefined;
      for (const line of lines) {
        if (line !== '') {
          retryMs = field(line) ?? retryMs;
          continue;
        }
        committedId = id;
        if (data.length > 0) {
          messages.push({ event: event || 'message', data: data.join('\n'), id });
        }
        event = '';
        data = [];
      }
      return { messages, lastEventId: committedId, retryMs };
    },
  };
}
