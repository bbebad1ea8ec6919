import type { Entry } from '@keelson/store';
import { describe, expect, test } from 'vitest';
import { stepMirror } from './mirror.ts';

const entry = (path: string, modifyRevision: bigint): Entry => ({
  path,
  value: new Uint8Array(),
  createRevision: 1n,
  modifyRevision,
  version: 1,
});
const start = stepMirror(new Map(), {
  type: 'snapshot',
  reason: 'initial',
  entries: [entry('/a', 1n), entry('/b', 2n)],
  revision: 2n,
});

describe('a mirror', () => {
  test('begins with a snapshot, all of which is new', () => {
    expect([...start.mirror.keys()]).toEqual(['/a', '/b']);
    expect(start.changed).toEqual(new Set(['/a', '/b']));
  });

  test('follows puts and deletions', () => {
    const step = stepMirror(start.mirror, {
      type: 'changes',
      changes: [
        { type: 'put', entry: entry('/c', 3n) },
        { type: 'delete', path: '/a', revision: 3n },
      ],
      revision: 3n,
    });
    expect([...step.mirror.keys()]).toEqual(['/b', '/c']);
    expect(step.changed).toEqual(new Set(['/c', '/a']));
    expect([...start.mirror.keys()]).toEqual(['/a', '/b']);
  });

  test('after a gap knows what was added, changed and lost meanwhile, and nothing else', () => {
    const entries = [entry('/b', 7n), entry('/d', 8n)];
    const step = stepMirror(start.mirror, { type: 'snapshot', reason: 'reconnected', entries, revision: 9n });
    expect(step.changed).toEqual(new Set(['/a', '/b', '/d']));
    const again = stepMirror(step.mirror, { type: 'snapshot', reason: 'overflow', entries, revision: 9n });
    expect(again.changed.size).toBe(0);
  });

  test('signs of life and interruptions change nothing', () => {
    expect(stepMirror(start.mirror, { type: 'progress', revision: 9n }).mirror).toBe(start.mirror);
    expect(stepMirror(start.mirror, { type: 'interrupted', error: new Error('x') }).mirror).toBe(start.mirror);
  });
});
