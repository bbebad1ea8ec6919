import { type CallOptions, KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import type { Entry, Revision, Store, StorePath } from '@keelson/store';
import { isUnknown } from '../common/persist.ts';
import { decodeRecord, encodeRecord, numberField, textField } from '../common/record.ts';
import type { StoreGuard } from '../guard/store-guard.ts';

/** How far a consumer has come. */
export interface CursorMark {
  /** The sequence number of the first event that it has not dealt with. */
  readonly next: number;
  /** Wall clock of the consumer, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** The cursor in an entry. */
export function decodeCursor(entry: Entry | undefined): CursorMark | undefined {
  if (entry === undefined) return undefined;
  const record = decodeRecord(entry.value);
  return { next: numberField(record, 'next') ?? 1, atMs: numberField(record, 'atMs') ?? 0 };
}

/**
 * A durable cursor as one reader moves it. Each move is on condition that nobody else moved it since, so of two readers that use one
 * name the slower one learns of the other instead of undoing its work.
 */
export class Cursor {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #path: StorePath;
  readonly #guard: StoreGuard | undefined;
  #modifyRevision: Revision | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(store: Store, runtime: Runtime, path: StorePath, guard: StoreGuard | undefined) {
    this.#store = store;
    this.#runtime = runtime;
    this.#path = path;
    this.#guard = guard;
  }

  /** Where it stands; `undefined` where it was never moved. */
  async read(options: CallOptions = {}): Promise<CursorMark | undefined> {
    const entry = await this.#store.get(this.#path, options);
    this.#modifyRevision = entry?.modifyRevision;
    return decodeCursor(entry);
  }

  /** Moves it to `next`; moves are made in the order of the calls. */
  move(next: number, options: CallOptions = {}): Promise<void> {
    const step = (signal: AbortSignal): Promise<void> => this.#move(next, signal);
    const turn = this.#turn.then(() => withDeadline(this.#runtime, options, 5_000, step));
    this.#turn = turn.catch(() => {}); // told to whoever asked for it
    return turn;
  }

  async #move(next: number, signal: AbortSignal): Promise<void> {
    const mark = this.#runtime.random.uuid();
    const value = encodeRecord({ next, atMs: this.#runtime.clock.wallMs(), mark });
    const known = this.#modifyRevision;
    const expect = known === undefined ? { version: 0 } : { modifyRevision: known };
    try {
      const { revision } = await (this.#guard ?? this.#store).put(this.#path, value, { expect, signal });
      this.#modifyRevision = revision;
    } catch (error) {
      if (!isUnknown(error)) throw error;
      const entry = await this.#store.get(this.#path);
      if (entry === undefined || textField(decodeRecord(entry.value), 'mark') !== mark) throw error;
      this.#modifyRevision = entry.modifyRevision;
    }
  }
}

/** Throws `E_INVALID_ARGUMENT` for a position that is none. */
export function checkSequence(sequence: number): void {
  if (Number.isSafeInteger(sequence) && sequence >= 0) return;
  throw new KeelsonError('E_INVALID_ARGUMENT', `sequence must be a whole number from 0, not ${sequence}.`);
}
