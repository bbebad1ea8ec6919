import type { RecordedChange, RecordedWrite } from './record.ts';

/** Whether both tell of the same change. Values are compared where both sides have one. */
export const isSame = (change: RecordedChange, event: RecordedChange): boolean =>
  change.kind === event.kind &&
  (change.value === undefined || event.value === undefined || change.value === event.value);

/** What the store held in the range at `revision`. `owed` ascends. */
export function contentAt(owed: readonly RecordedWrite[], revision: number): ReadonlyMap<string, string | undefined> {
  const content = new Map<string, string | undefined>();
  for (const write of owed) {
    if (write.revision > revision) break;
    for (const { key, kind, value } of write.changes) {
      if (kind === 'put') content.set(key, value);
      else content.delete(key);
    }
  }
  return content;
}

/** The keys in which a listing differs from what the store held. */
export function differences(
  entries: Readonly<Record<string, string>>,
  content: ReadonlyMap<string, string | undefined>,
): string[] {
  const keys = new Set([...Object.keys(entries), ...content.keys()]);
  return [...keys].filter((key) => {
    const [shown, held] = [entries[key], content.get(key)];
    return Object.hasOwn(entries, key) !== content.has(key) || (held !== undefined && shown !== held);
  });
}
