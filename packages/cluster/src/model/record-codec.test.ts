import { gzipSync } from 'node:zlib';
import { array, assert, dictionary, property, record as recordOf, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRecording, recordingNames } from '../../test-support/recording.ts';
import { emptyRecord, listField, sameContent, withListFields, withSimpleFields, type ZNRecord } from './record.ts';
import { decodeRecord, encodeRecord, readRecord } from './record-codec.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Written by WAGED under ASSIGNMENT_METADATA: raw slices and numbers, no records. */
const isRecordPath = (path: string): boolean => !path.includes('/ASSIGNMENT_METADATA/');

describe('every record that Helix wrote', () => {
  test.each(recordingNames)('%s: read and written again, byte for byte', (name) => {
    let records = 0;
    for (const line of readRecording(name)) {
      if (line.kind !== 'write' || line.value.length === 0 || !isRecordPath(line.path)) continue;
      const record = decodeRecord(line.value);
      expect(record, line.path).toBeDefined();
      if (record !== undefined) expect(text(encodeRecord(record))).toBe(text(line.value));
      records++;
    }
    expect(records).toBeGreaterThan(50);
  });
});

describe('reading', () => {
  test('empty bytes are no record', () => {
    expect(readRecord(new Uint8Array())).toEqual({ kind: 'empty' });
    expect(decodeRecord(new Uint8Array())).toBeUndefined();
  });

  test('gzip is told by its first two bytes', () => {
    const record = withSimpleFields(emptyRecord('db'), { A: '1' });
    expect(decodeRecord(new Uint8Array(gzipSync(encodeRecord(record))))).toEqual(record);
  });

  test.each([
    ['no JSON', '{"id":'],
    ['no object', '[]'],
    ['no id', '{"simpleFields":{}}'],
    ['a list where a map belongs', '{"id":"a","mapFields":{"b":[]}}'],
    ['an object where text belongs', '{"id":"a","simpleFields":{"b":{}}}'],
  ])('%s is unreadable, and absent to who does not ask why', (_, json) => {
    expect(readRecord(bytes(json))).toMatchObject({ kind: 'unreadable' });
    expect(decodeRecord(bytes(json))).toBeUndefined();
  });

  test('invalid UTF-8 and broken gzip are unreadable', () => {
    expect(readRecord(new Uint8Array([0xff, 0xfe])).kind).toBe('unreadable');
    expect(readRecord(new Uint8Array([0x1f, 0x8b, 1, 2, 3])).kind).toBe('unreadable');
  });

  test('unknown members are ignored, numbers and booleans are taken as text, nulls are left out', () => {
    const json = '{"id":"a","new":1,"simpleFields":{"n":5,"b":true,"gone":null},"listFields":{"l":["x",1]}}';
    expect(decodeRecord(bytes(json))).toEqual({
      id: 'a',
      simpleFields: { n: '5', b: 'true' },
      mapFields: {},
      listFields: { l: ['x', '1'] },
    });
  });

  test('keys that JavaScript treats specially stay fields', () => {
    const json = '{"id":"a","simpleFields":{"__proto__":"p","constructor":"c"},"mapFields":{},"listFields":{}}';
    const record = decodeRecord(bytes(json));
    expect(Object.entries(record?.simpleFields ?? {})).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });
});

describe('writing', () => {
  test('enableCompression makes gzip of it', () => {
    const record = withSimpleFields(emptyRecord('db'), { enableCompression: 'true' });
    const stored = encodeRecord(record);
    expect([stored[0], stored[1]]).toEqual([0x1f, 0x8b]);
    expect(decodeRecord(stored)).toEqual(record);
  });

  test('what is over the limit is compressed, and refused where that does not help', () => {
    const soft = withSimpleFields(emptyRecord('db'), { A: 'x'.repeat(5000) });
    expect(encodeRecord(soft, 1000).length).toBeLessThan(1000);
    expect(() => encodeRecord(soft, 20)).toThrow(expect.objectContaining({ code: 'E_TOO_LARGE' }));
  });

  test('listField.bound cuts each list', () => {
    const record = withListFields(withSimpleFields(emptyRecord('h'), { 'listField.bound': '2' }), {
      L: ['1', '2', '3'],
    });
    const stored = decodeRecord(encodeRecord(record));
    expect(stored && listField(stored, 'L')).toEqual(['1', '2']);
  });

  test('raw payload survives', () => {
    const record: ZNRecord = { ...emptyRecord('p'), rawPayload: new Uint8Array([0, 255, 1]) };
    expect(decodeRecord(encodeRecord(record))?.rawPayload).toEqual(new Uint8Array([0, 255, 1]));
  });

  test('any record survives', () => {
    const word = string({ unit: 'binary' });
    const simple = dictionary(word, word);
    const anyRecord = recordOf({
      id: word,
      simpleFields: simple,
      mapFields: dictionary(word, simple),
      listFields: dictionary(word, array(word)),
    });
    assert(
      property(anyRecord, (record) => {
        const simpleFields = { ...record.simpleFields };
        delete simpleFields['listField.bound'];
        const stored = decodeRecord(encodeRecord({ ...record, simpleFields }));
        return stored !== undefined && stored.id === record.id && sameContent(stored, { ...record, simpleFields });
      }),
    );
  });
});
