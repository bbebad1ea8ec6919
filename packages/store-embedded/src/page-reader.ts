import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Reads an LMDB file page by page, without mapping it: a page that is not there is an error here and the end of the process there. */
export class PageReader {
  readonly #fd: number;
  readonly sizeBytes: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.sizeBytes = fstatSync(this.#fd).size;
  }

  /** Fills a new buffer from `at`; `undefined` where the file ends before. */
  read(at: number, length: number): Buffer | undefined {
    if (at + length > this.sizeBytes) return undefined;
    const buffer = Buffer.allocUnsafe(length);
    return readSync(this.#fd, buffer, 0, length, at) === length ? buffer : undefined;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
