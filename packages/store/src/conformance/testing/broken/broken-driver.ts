import type { VirtualRuntime } from '@keelson/runtime';
import type { MemoryStore } from '../../../memory/index.ts';
import type { Store } from '../../../port.ts';
import type { Guarantee } from '../../index.ts';

/** A driver that is wrong on purpose, and the promise that it breaks. */
export interface BrokenDriver {
  readonly name: string;
  readonly breaks: Guarantee;
  readonly wrap: (store: MemoryStore, runtime: VirtualRuntime) => Store;
}
