import type { Runtime } from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import type { Identity } from './identity.ts';
import type { Layout } from './layout.ts';

/** What every recipe works with. */
export interface RecipeContext {
  readonly store: Store;
  /** The life sign under which everything ephemeral is written. */
  readonly session: Session;
  readonly runtime: Runtime;
  readonly layout: Layout;
  readonly identity: Identity;
}

/** Longest wait for one write of a recipe, in milliseconds: its outcome is looked up after that, so not long after the session would be over. */
export const attemptTimeoutMs = (session: Session): number => Math.min(5_000, Math.max(250, session.ttlMs));
