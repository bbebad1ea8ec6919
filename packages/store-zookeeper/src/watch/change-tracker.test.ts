import type { Change, Entry } from '@keelson/store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangeTracker } from './change-tracker.ts';
import { DirtyPaths } from './dirty-paths.ts';

const entry = (path: string, createRevision: bigint, modifyRevision: bigint): Entry => ({
  path,
  value: new Uint8Array(),
  createRevision,
  modifyRevision,
  version: 1,
});

const short = (changes: readonly Change[]): string[] =>
  changes.map((change) =>
    change.type === 'put'
      ? `${change.entry.path}@${change.entry.modifyRevision}`
      : `-${change.path}@${change.revision}`,
  );

describe('the changes that a watch tells', () => {
  it('come in the order of revisions, each once', () => {
    const tracker = new ChangeTracker();
    tracker.reset([entry('/a', 1n, 1n)]);
    const readings = [
      { path: '/a', entry: entry('/a', 1n, 12n), deletedAt: undefined, seenBy: 20n },
      { path: '/b', entry: entry('/b', 11n, 11n), deletedAt: undefined, seenBy: 20n },
    ];
    expect(short(tracker.take(readings, 20n))).toEqual(['/b@11', '/a@12']);
    expect(short(tracker.take(readings, 20n))).toEqual([]);
  });

  it('are held back while something older has not been read', () => {
    const tracker = new ChangeTracker();
    tracker.reset([]);
    expect(
      short(tracker.take([{ path: '/a', entry: entry('/a', 12n, 12n), deletedAt: undefined, seenBy: 0n }], 10n)),
    ).toEqual([]);
    expect(tracker.held).toBe(1);
    expect(
      short(tracker.take([{ path: '/b', entry: entry('/b', 11n, 11n), deletedAt: undefined, seenBy: 0n }], 12n)),
    ).toEqual(['/b@11', '/a@12']);
  });

  it('tell of the end of an incarnation before the next', () => {
    const tracker = new ChangeTracker();
    tracker.reset([entry('/a', 1n, 5n)]);
    expect(
      short(tracker.take([{ path: '/a', entry: entry('/a', 9n, 9n), deletedAt: undefined, seenBy: 9n }], 9n)),
    ).toEqual(['-/a@9', '/a@9']);
  });

  it('say nothing of what came and went unseen', () => {
    const tracker = new ChangeTracker();
    tracker.reset([]);
    expect(tracker.take([{ path: '/a', entry: undefined, deletedAt: undefined, seenBy: 9n }], 9n)).toEqual([]);
  });

  it('always lead to the state of the store, in order, however events and readings interleave', () => {
    // A store of a few paths; its writes; and at random moments a reading of what has become dirty.
    const step = fc.record({ path: fc.integer({ min: 0, max: 3 }), remove: fc.boolean(), read: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const store = new Map<string, Entry>();
        const told = new Map<string, Entry>();
        const tracker = new ChangeTracker();
        const dirty = new DirtyPaths();
        tracker.reset([]);
        let revision = 0n;
        let last = 0n;
        const read = (): void => {
          const taken = [...dirty.take()];
          const readings = taken.map(([path]) => ({
            path,
            entry: store.get(path),
            deletedAt: undefined,
            seenBy: revision,
          }));
          for (const change of tracker.take(readings, dirty.completeUpTo(revision))) {
            const at = change.type === 'put' ? change.entry.modifyRevision : change.revision;
            expect(at).toBeGreaterThanOrEqual(last);
            last = at;
            if (change.type === 'put') told.set(change.entry.path, change.entry);
            else told.delete(change.path);
          }
        };
        for (const { path: number, remove, read: now } of steps) {
          const path = `/${number}`;
          const before = store.get(path);
          dirty.add(path, revision, undefined);
          revision += 1n;
          if (remove) store.delete(path);
          else store.set(path, entry(path, before?.createRevision ?? revision, revision));
          if (now) read();
        }
        read();
        expect(told).toEqual(store);
      }),
    );
  });

  it('end with an entry that came back, also where its deletion was seen later than it came back', () => {
    const tracker = new ChangeTracker();
    tracker.reset([entry('/a', 1n, 1n)]);
    expect(short(tracker.take([{ path: '/a', entry: undefined, deletedAt: undefined, seenBy: 30n }], 10n))).toEqual([]);
    expect(
      short(tracker.take([{ path: '/a', entry: entry('/a', 20n, 20n), deletedAt: undefined, seenBy: 40n }], 40n)),
    ).toEqual(['-/a@20', '/a@20']);
  });

  it('end without an entry that went again, also where only its first deletion was told of', () => {
    const tracker = new ChangeTracker();
    tracker.reset([]);
    expect(
      short(tracker.take([{ path: '/a', entry: entry('/a', 20n, 20n), deletedAt: undefined, seenBy: 0n }], 10n)),
    ).toEqual([]);
    expect(short(tracker.take([{ path: '/a', entry: undefined, deletedAt: 15n, seenBy: 30n }], 40n))).toEqual([
      '/a@20',
      '-/a@30',
    ]);
  });
});

describe('paths that have changed', () => {
  it('keep the earliest bound and the latest deletion', () => {
    const dirty = new DirtyPaths();
    dirty.add('/a', 5n, undefined);
    dirty.add('/a', 7n, 8n);
    dirty.add('/b', 6n, undefined);
    expect([dirty.size, dirty.completeUpTo(10n), dirty.completeUpTo(4n)]).toEqual([2, 5n, 4n]);
    expect([...dirty.take()]).toEqual([
      ['/a', { after: 5n, deletedAt: 8n }],
      ['/b', { after: 6n, deletedAt: undefined }],
    ]);
    expect([dirty.size, dirty.completeUpTo(10n)]).toEqual([0, 10n]);
  });
});
