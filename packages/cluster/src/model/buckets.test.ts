import { expect, test } from 'vitest';
import { readRecording } from '../../test-support/recording.ts';
import { bucketName, joinBuckets, splitIntoBuckets } from './buckets.ts';
import { sameContent, type ZNRecord } from './record.ts';
import { decodeRecord } from './record-codec.ts';

test('a partition is in the bucket of its number', () => {
  expect(bucketName('db_5', 4)).toBe('db_p4-p7');
  expect(bucketName('my_db_0', 4)).toBe('my_db_p0-p3');
  expect(() => bucketName('db', 4)).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
  expect(() => bucketName('db_x', 4)).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
});

test('the bucketized ideal state that Helix wrote is joined and split again without loss', () => {
  const latest = new Map<string, ZNRecord>();
  for (const line of readRecording('semi-auto-and-customized')) {
    if (line.kind !== 'write' || !line.path.includes('/IDEALSTATES/BU')) continue;
    const record = decodeRecord(line.value);
    if (record !== undefined) latest.set(line.path.split('/IDEALSTATES/')[1] ?? '', record);
  }
  const head = latest.get('BU');
  if (head === undefined) throw new Error('the recording has no BU');
  latest.delete('BU');
  expect([...latest.keys()]).toEqual(['BU/BU_p0-p3', 'BU/BU_p4-p7']);
  const whole = joinBuckets(head, latest.values());
  expect(Object.keys(whole.listFields)).toHaveLength(8);
  const again = splitIntoBuckets(whole, 4);
  expect(sameContent(again.head, head)).toBe(true);
  for (const [name, bucket] of again.buckets) {
    const written = latest.get(`BU/${name}`);
    expect(bucket.id).toBe(name);
    expect(written && sameContent(bucket, written)).toBe(true);
  }
});
