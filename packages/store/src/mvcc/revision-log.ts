import type { Version } from './version.ts';

/** The writes kept, in order of revision: what a watch from the past reads, and what compaction walks. */
export class RevisionLog {
  #versions: Version[] = [];

  /** Writes kept. */
  get length(): number {
    return this.#versions.length;
  }

  append(version: Version): void {
    this.#versions.push(version);
  }

  at(index: number): Version | undefined {
    return this.#versions[index];
  }

  /** Index of the first write whose main revision is at least `revision`; `length` where there is none. */
  firstFrom(revision: number): number {
    let low = 0;
    let high = this.#versions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#versions[middle]?.main ?? 0) < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets the first `count` writes. */
  dropFirst(count: number): void {
    if (count > 0) this.#versions = this.#versions.slice(count);
  }
}
