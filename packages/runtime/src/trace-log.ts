const PRIME = 0x01000193;

/** FNV-1a over 32 bits, continued from `hash`. */
function digestText(hash: number, text: string): number {
  let value = hash;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), PRIME);
  return value;
}

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

/** The same over the bits of a number; each word is folded, so that its high bits count as much as its low ones. */
function digestNumber(hash: number, number: number): number {
  float[0] = number;
  let value = hash;
  for (const word of words) {
    value = Math.imul(value ^ word, PRIME);
    value ^= value >>> 15;
  }
  return value;
}

/**
 * What happened in a virtual run, line by line: the newest lines in full and a digest of all of them. Timers, which are most of it, are
 * kept as numbers: lines are made of them when somebody reads.
 */
export class TraceLog {
  readonly #limit: number;
  #times: number[] = [];
  #entries: (string | number)[] = [];
  #digest = 0x811c9dc5 | 0;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Something that happened: in words, or the number of the timer that fired. */
  add(atMs: number, what: string | number): void {
    const start = digestNumber(this.#digest, atMs);
    this.#digest = typeof what === 'number' ? digestNumber(start, what) : digestText(start, what);
    this.#count += 1;
    this.#times.push(atMs);
    this.#entries.push(what);
    // Cut in blocks: one element at a time would move the whole array for every line.
    if (this.#entries.length < 2 * this.#limit) return;
    this.#times = this.#times.slice(-this.#limit);
    this.#entries = this.#entries.slice(-this.#limit);
  }

  get lines(): readonly string[] {
    const from = Math.max(0, this.#entries.length - this.#limit);
    const kept = this.#entries.slice(from);
    return kept.map((what, index) => {
      const text = typeof what === 'number' ? `timer ${what}` : what;
      return `${this.#times[from + index]} ${text}`;
    });
  }

  /** Count and digest of every line ever added, such as `1024:9f3a01bc`. */
  get summary(): string {
    return `${this.#count}:${(this.#digest >>> 0).toString(16).padStart(8, '0')}`;
  }
}
