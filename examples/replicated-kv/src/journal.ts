import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { KeelsonError } from '@keelson/runtime';
import type { AppendJson, InstallJson } from './replica-json.ts';

/** One change to a replica of this node, as it stands in the journal. */
export type JournalLine =
  | { readonly op: 'fence'; readonly partition: string; readonly token: string }
  | { readonly op: 'append'; readonly partition: string; readonly request: AppendJson }
  | { readonly op: 'install'; readonly partition: string; readonly request: InstallJson }
  | { readonly op: 'drop'; readonly partition: string };

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const FILE = 'replicas.journal';

/**
 * The disk of a node: one append-only file of checksummed lines for all its replicas. `write` resolves when the line is on
 * disk; lines that wait together share one sync. After a crash a torn last line is dropped: nobody was told that it was kept.
 */
export class Journal {
  readonly #directory: string;
  readonly #compactAtBytes: number;
  readonly #image: () => Iterable<JournalLine>;
  #file: FileHandle;
  #sizeBytes: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failure: KeelsonError | undefined;

  private constructor(directory: string, file: FileHandle, sizeBytes: number, options: JournalOptions) {
    this.#directory = directory;
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    this.#image = options.image;
    this.#compactAtBytes = options.compactAtBytes ?? 64 * 1024 * 1024;
  }

  /** Reads the journal of `directory`, gives every line to `options.replay`, and starts a fresh file with what they come to. */
  static async open(directory: string, options: JournalOptions): Promise<Journal> {
    await mkdir(directory, { recursive: true });
    for (const line of await readLines(join(directory, FILE))) options.replay(line);
    const { file, sizeBytes } = await rewrite(directory, options.image());
    return new Journal(directory, file, sizeBytes, options);
  }

  /** Resolves when `line` is on disk. */
  write(line: JournalLine): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text: format(line), resolve, reject });
      this.#writing ??= this.#drain().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#failure ??= new KeelsonError('E_CLOSED', 'The journal was closed.');
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const bytes = Buffer.from(batch.map((item) => item.text).join(''));
        await this.#file.appendFile(bytes);
        await this.#file.datasync();
        this.#sizeBytes += bytes.length;
        for (const item of batch) item.resolve();
        if (this.#sizeBytes > this.#compactAtBytes) await this.#compact();
      } catch (cause) {
        this.#fail(cause, batch);
      }
    }
  }

  /** After a failed write nobody knows what the file holds: everything is refused from here on. */
  #fail(cause: unknown, batch: readonly Waiting[]): void {
    this.#failure ??= new KeelsonError('E_UNAVAILABLE', 'The journal cannot be written.', { cause });
    for (const item of [...batch, ...this.#waiting.splice(0)]) item.reject(this.#failure);
  }

  async #compact(): Promise<void> {
    // What still waits is in the image already; writing it once more after the image changes nothing.
    const old = this.#file;
    const { file, sizeBytes } = await rewrite(this.#directory, this.#image());
    this.#file = file;
    this.#sizeBytes = sizeBytes;
    await old.close();
  }
}

/** How a journal is opened. */
export interface JournalOptions {
  /** Called for each line of the file, in order. */
  readonly replay: (line: JournalLine) => void;
  /** Lines that rebuild everything as it is now. */
  readonly image: () => Iterable<JournalLine>;
  /** Size in bytes past which the file is written anew from the image. Default 64 MiB. */
  readonly compactAtBytes?: number;
}

function format(line: JournalLine): string {
  const json = JSON.stringify(line);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

async function readLines(path: string): Promise<JournalLine[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const rows = text.split('\n');
  const lines: JournalLine[] = [];
  for (const [index, row] of rows.entries()) {
    const json = row.slice(9);
    if (crc32(json).toString(16).padStart(8, '0') === row.slice(0, 8) && json !== '') {
      lines.push(JSON.parse(json) as JournalLine);
    } else if (index < rows.length - 2) {
      throw new KeelsonError(
        'E_INTERNAL',
        `The journal ${path} is damaged at line ${index + 1}. Move it away to start empty.`,
      );
    }
  }
  return lines;
}

async function rewrite(
  directory: string,
  lines: Iterable<JournalLine>,
): Promise<{ file: FileHandle; sizeBytes: number }> {
  const path = join(directory, FILE);
  const fresh = await open(`${path}.new`, 'w');
  const bytes = Buffer.from([...lines].map(format).join(''));
  await fresh.writeFile(bytes);
  await fresh.datasync();
  await fresh.close();
  await rename(`${path}.new`, path);
  const folder = await open(directory, 'r');
  await folder.sync();
  await folder.close();
  return { file: await open(path, 'a'), sizeBytes: bytes.length };
}
