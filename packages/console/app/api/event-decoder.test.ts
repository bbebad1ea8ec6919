import { describe, expect, it } from 'vitest';
import { decodeMessage } from './event-decoder.ts';

describe('decodeMessage', () => {
  it('takes the type from the message and the id from the stream', () => {
    const data = JSON.stringify({ instance: 'w', change: 'left', atMs: 5 });
    expect(decodeMessage({ event: 'instance', data, id: '9-1' })).toEqual({
      type: 'instance',
      id: '9-1',
      instance: 'w',
      change: 'left',
      atMs: 5,
    });
  });

  it('knows a reset, leaves kinds of a newer server out, and takes what is broken for a gap', () => {
    expect(decodeMessage({ event: 'reset', data: '{}', id: '1-0' })).toEqual({ type: 'reset' });
    expect(decodeMessage({ event: 'lock', data: '{}', id: '1-0' })).toBeUndefined();
    expect(decodeMessage({ event: 'replica', data: '{"atMs":', id: '1-0' })).toEqual({ type: 'reset' });
  });
});
