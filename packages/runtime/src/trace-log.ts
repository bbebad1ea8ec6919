/** FNV-1a over 32 bits, continued from `hash`. */
function digest(hash: number, text: string): number {
  let value = hash;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
}

/** What happened in a virtual run, line by line: the newest lines in full and a digest of all of them. */
export class TraceLog {
  readonly #limit: number;
  readonly #lines: string[] = [];
  #digest = 0x811c9dc5;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(line: string): void {
    this.#digest = digest(this.#digest, `${line}\n`);
    this.#count += 1;
    this.#lines.push(line);
    // Cut in blocks: one element at a time would move the whole array for every line.
    if (this.#lines.length >= 2 * this.#limit) this.#lines.splice(0, this.#lines.length - this.#limit);
  }

  get lines(): readonly string[] {
    return this.#lines.length > this.#limit ? this.#lines.slice(-this.#limit) : this.#lines;
  }

  /** Count and digest of every line ever added, such as `1024:9f3a01bc`. */
  get summary(): string {
    return `${this.#count}:${this.#digest.toString(16).padStart(8, '0')}`;
  }
}
