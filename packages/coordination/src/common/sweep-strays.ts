import { anySignal, isKeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Entry, Session, Store, StorePath } from '@keelson/store';
import { persist } from './persist.ts';
import { removeIncarnation } from './remove-incarnation.ts';

/** What may turn up, and where. */
export interface StrayHunt {
  readonly store: Store;
  readonly session: Session;
  readonly runtime: Runtime;
  readonly parent: StorePath;
  /** Whether an entry is one that nobody wants any more. Asked each time, as what is wanted changes. */
  readonly isStray: (entry: Entry) => boolean;
}

/** How long a write whose reply was lost is feared to be still on its way, in milliseconds. */
const STRAY_MS = 60_000;

/**
 * Deletes entries that were written by a creation nobody counts on any more: its reply was lost, it was not there when looked
 * for, and it was applied after that. Watches for a minute or as long as the session lives; what would come later goes with the
 * session. Never rejects: it runs beside the work that it cleans up after.
 */
export async function sweepStrays({ store, session, runtime, parent, isStray }: StrayHunt): Promise<void> {
  using signal = anySignal(session.lost);
  const over = new AbortController();
  const end = (): void => over.abort();
  sleep(runtime, STRAY_MS, { signal, background: true }).then(end, end);
  try {
    for await (const event of store.watch(parent, { signal: over.signal })) {
      const entries = event.type === 'snapshot' ? event.entries : [];
      const changes = event.type === 'changes' ? event.changes : [];
      const written = [...entries, ...changes.flatMap((change) => (change.type === 'put' ? [change.entry] : []))];
      for (const entry of written) {
        const { path, createRevision } = entry;
        if (path === parent || !isStray(entry)) continue;
        await persist(runtime, over.signal, () => removeIncarnation(store, path, createRevision), { idempotent: true });
        runtime.logger.info({ path }, 'deleted an entry whose creation had been given up');
      }
    }
  } catch (error) {
    const expected = isKeelsonError(error, 'E_CLOSED') || over.signal.aborted;
    if (!expected) runtime.logger.warn({ error, parent }, 'could not watch for entries that were given up');
  }
}
