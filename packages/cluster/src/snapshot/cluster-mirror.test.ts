import type { Entry } from '@keelson/store';
import { describe, expect, test } from 'vitest';
import { recordingNames } from '../../test-support/recording.ts';
import { Replay } from '../../test-support/replay.ts';
import { ExternalView, emptyRecord, encodeRecord, withSimpleFields } from '../model/index.ts';
import { ClusterMirror } from './cluster-mirror.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';

/** Everything a snapshot says, in a form that can be compared; the order of keys does not count. */
function comparable(snapshot: ClusterSnapshot): unknown {
  const plain = (value: unknown): unknown => {
    if (value instanceof Map) {
      const entries = [...value].map(([key, inner]) => [String(key), plain(inner)] as const);
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    if (value instanceof Set) return [...value].map(String).sort();
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    if ('record' in value) return value.record;
    if ('message' in value) return plain(value.message);
    return value;
  };
  const { config, idealStates, instances, live, replicas, waiting, messages, currentStates, externalViews } = snapshot;
  const { histories, leader, pause, maintenance, stateModels, resourceConfigs } = snapshot;
  const parts = { idealStates, instances, live, replicas, messages, currentStates, externalViews, histories };
  return {
    ...Object.fromEntries(Object.entries(parts).map(([key, value]) => [key, plain(value)])),
    config: config.record,
    models: [...stateModels.keys()].sort(),
    resourceConfigs: plain(resourceConfigs),
    signals: { leader, pause, maintenance },
    waiting: plain(waiting),
  };
}

describe('a mirror', () => {
  test.each(recordingNames)('fed change by change holds what one read at once holds: %s', (name) => {
    const replay = new Replay(name);
    const mirror = new ClusterMirror(replay.cluster);
    const entries = new Map<string, Entry>();
    for (const [index, line] of replay.lines.entries()) {
      mirror.apply(replay.changesOf(entries, line), BigInt(index));
      if (index % 25 !== 0 && index !== replay.lines.length - 1) continue;
      const fresh = new ClusterMirror(replay.cluster);
      fresh.reset([...entries.values()], BigInt(index));
      expect(comparable(mirror.snapshot)).toEqual(comparable(fresh.snapshot));
    }
  });

  const view = ExternalView.create('db', {}, { db_0: { a: 'MASTER' } });
  const path = '/c/EXTERNALVIEW/db';
  const entry = (value: Uint8Array): Entry => ({ path, value, createRevision: 1n, modifyRevision: 1n, version: 1 });

  test('does not decode again, nor take for news, what its owner wrote', () => {
    const mirror = new ClusterMirror('c');
    mirror.reset([], 1n);
    mirror.takeChanges();
    const value = encodeRecord(view.record);
    mirror.wrote(path, value, view.record);
    mirror.apply([{ type: 'put', entry: entry(value) }], 2n);
    expect(mirror.snapshot.externalViews.get('db')?.record).toBe(view.record);
    expect(mirror.takeChanges().resources.size).toBe(0);
  });

  test('decodes what another wrote in its place', () => {
    const mirror = new ClusterMirror('c');
    mirror.wrote(path, encodeRecord(view.record), view.record);
    const other = withSimpleFields(view.record, { X: '1' });
    mirror.apply([{ type: 'put', entry: entry(encodeRecord(other)) }], 2n);
    expect(mirror.snapshot.externalViews.get('db')?.record.simpleFields).toMatchObject({ X: '1' });
    expect([...mirror.takeChanges().resources.keys()]).toEqual(['db']);
  });

  test('says which record it could not read, and takes it for absent', () => {
    const mirror = new ClusterMirror('c');
    const broken = { ...entry(new TextEncoder().encode('{"id":')), path: '/c/IDEALSTATES/db' };
    mirror.apply([{ type: 'put', entry: broken }], 1n);
    expect([...mirror.snapshot.unreadable.keys()]).toEqual(['/c/IDEALSTATES/db']);
    expect(mirror.snapshot.idealStates.size).toBe(0);
    mirror.apply([{ type: 'put', entry: { ...broken, value: encodeRecord(emptyRecord('db')) } }], 2n);
    expect(mirror.snapshot.unreadable.size).toBe(0);
  });

  test('passes over application data', () => {
    const mirror = new ClusterMirror('c');
    mirror.reset([], 0n);
    mirror.takeChanges();
    mirror.apply([{ type: 'put', entry: { ...entry(new Uint8Array([1])), path: '/c/PROPERTYSTORE/x/y' } }], 1n);
    expect(mirror.changed).toBe(false);
  });
});
