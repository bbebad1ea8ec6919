import { expect, test } from 'vitest';
import { guardOrigin, hostName, isLoopback } from './host-guard.ts';

const local = { allowedHosts: [] };
const check =
  (method: string, headers: Record<string, string>, options: { allowedHosts: string[] | undefined } = local) =>
  () =>
    guardOrigin({ method, headers }, options);

test('reads host names out of Host headers', () => {
  expect(hostName('localhost:7400')).toBe('localhost');
  expect(hostName('Example.COM.:80')).toBe('example.com');
  expect(hostName('[::1]:7400')).toBe('::1');
  for (const bad of ['', 'a b', 'a:b', 'user@host', '[::1', 'a/b', 'a:1:2']) expect(hostName(bad), bad).toBeUndefined();
});

test('knows names that can only mean this machine', () => {
  for (const name of ['localhost', 'x.localhost', '127.0.0.1', '127.8.9.1', '::1'])
    expect(isLoopback(name), name).toBe(true);
  for (const name of ['localhost.evil.example', '128.0.0.1', '127.0.0.1.nip.io', '::2', '0.0.0.0', ''])
    expect(isLoopback(name), name).toBe(false);
});

test('a foreign host name is refused whatever the method: a page may have pointed it here', () => {
  expect(check('GET', { host: 'evil.example:7400' })).toThrow(expect.objectContaining({ code: 'E_FORBIDDEN' }));
  expect(check('GET', {})).toThrow(expect.objectContaining({ code: 'E_FORBIDDEN' }));
  expect(check('GET', { host: 'keelson.internal' }, { allowedHosts: ['keelson.internal'] })).not.toThrow();
  expect(check('GET', { host: 'anything.example' }, { allowedHosts: undefined })).not.toThrow();
  expect(check('GET', { host: 'localhost:7400' })).not.toThrow();
});

test('writes from pages of other origins are refused, reads and clients without an origin are not', () => {
  const host = '127.0.0.1:7400';
  expect(check('PUT', { host })).not.toThrow();
  expect(check('PUT', { host, origin: 'http://127.0.0.1:7400' })).not.toThrow();
  expect(check('PUT', { host, origin: 'http://127.0.0.1:7400', 'sec-fetch-site': 'same-origin' })).not.toThrow();
  for (const origin of ['http://evil.example', 'http://127.0.0.1:9999', 'null', ''])
    expect(check('DELETE', { host, origin }), origin).toThrow(expect.objectContaining({ code: 'E_FORBIDDEN' }));
  for (const site of ['cross-site', 'same-site'])
    expect(check('PATCH', { host, 'sec-fetch-site': site }), site).toThrow(
      expect.objectContaining({ code: 'E_FORBIDDEN' }),
    );
  expect(check('GET', { host, origin: 'http://evil.example' })).not.toThrow();
});
