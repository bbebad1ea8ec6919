import type { VirtualRuntime } from '@keelson/runtime';
import type { Guarantee } from '../../../src/conformance/index.ts';
import type { MemoryStore } from '../../../src/memory/index.ts';
import type { Store } from '../../../src/port.ts';

/** A driver that is wrong on purpose, and the promise that it breaks. */
export interface BrokenDriver {
  readonly name: string;
  readonly breaks: Guarantee;
  readonly wrap: (store: MemoryStore, runtime: VirtualRuntime) => Store;
}
