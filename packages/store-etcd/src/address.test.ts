import { describe, expect, test } from 'vitest';
import { endpointName, parseEtcdAddress } from './address.ts';

describe('an address', () => {
  test('is one url with several members and a prefix', () => {
    expect(parseEtcdAddress('etcd://10.0.0.1:2379,db.example/a/b/')).toEqual({
      endpoints: [
        { host: '10.0.0.1', port: 2379, secure: false },
        { host: 'db.example', port: 2379, secure: false },
      ],
      prefix: '/a/b',
    });
  });

  test('is a list of members', () => {
    expect(parseEtcdAddress(['http://127.0.0.1:1', '127.0.0.1:2']).endpoints).toEqual([
      { host: '127.0.0.1', port: 1, secure: false },
      { host: '127.0.0.1', port: 2, secure: false },
    ]);
  });

  test('asks for TLS by scheme, or by default where it names none', () => {
    expect(parseEtcdAddress('etcds://a').endpoints[0]?.secure).toBe(true);
    expect(parseEtcdAddress(['https://a']).endpoints[0]?.secure).toBe(true);
    expect(parseEtcdAddress(['a'], { secure: true }).endpoints[0]?.secure).toBe(true);
  });

  test('carries a name and a password, percent-encoded', () => {
    expect(parseEtcdAddress('etcd://root:p%40ss%3Aword@h').credentials).toEqual({
      user: 'root',
      password: 'p@ss:word',
    });
  });

  test('reads IPv6 in brackets', () => {
    const [endpoint] = parseEtcdAddress('etcd://[::1]:4001').endpoints;
    expect(endpoint).toEqual({ host: '::1', port: 4001, secure: false });
    expect(endpointName(endpoint ?? { host: '', port: 0, secure: false })).toBe('[::1]:4001');
  });

  test.each([
    '',
    'etcd://',
    'zk://a:1',
    'etcd://a:0',
    'etcd://a:70000',
    'etcd://a:b',
    'etcd://user@h',
    'etcd://a,/x',
    'etcd://a//b',
    'etcd://a/%zz',
    'etcd://a/%00',
  ])('%j is refused', (address) => {
    expect(() => parseEtcdAddress(address)).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
  });

  test('a refusal does not repeat the password', () => {
    expect(() => parseEtcdAddress('etcd://u:secret@h:99999')).toThrow(/^(?!.*secret)/);
  });

  test('members must agree on TLS and prefix, and there must be one', () => {
    expect(() => parseEtcdAddress(['http://a', 'https://b'])).toThrow(/mixes TLS/);
    expect(() => parseEtcdAddress(['http://a/x', 'http://b/y'])).toThrow(/different prefixes/);
    expect(() => parseEtcdAddress([])).toThrow(/no endpoint/);
  });
});
