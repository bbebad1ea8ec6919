import { expect, test } from 'vitest';
import { assertSafeExposure } from './exposure.ts';

test('loopback needs nothing', () => {
  for (const host of ['127.0.0.1', '::1', 'localhost', 'LOCALHOST'])
    expect(() => assertSafeExposure({ host, tls: false, authenticated: false }), host).not.toThrow();
});

test('elsewhere both encryption and a token are wanted, and the message names what is missing', () => {
  const missing = (tls: boolean, authenticated: boolean): unknown => {
    try {
      assertSafeExposure({ host: '0.0.0.0', tls, authenticated });
      return [];
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_INSECURE_LISTENER' });
      return (error as { details: { missing: string[] } }).details.missing;
    }
  };
  expect(missing(false, false)).toEqual(['--tls-cert', '--tls-key', '--token-file']);
  expect(missing(true, false)).toEqual(['--token-file']);
  expect(missing(false, true)).toEqual(['--tls-cert', '--tls-key']);
  expect(missing(true, true)).toEqual([]);
});
