import type { Runtime } from '@keelson/runtime';
import type { StoreCapabilities } from '../port.ts';
import type { KvBackend } from './backend.ts';
import type { Calls } from './calls.ts';
import type { KeySpace } from './key-space.ts';

/** What the parts of one store share. */
export interface StoreContext {
  readonly backend: KvBackend;
  readonly runtime: Runtime;
  readonly keys: KeySpace;
  readonly calls: Calls;
  readonly capabilities: StoreCapabilities;
}
