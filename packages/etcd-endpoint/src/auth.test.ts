import { virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { passwordAuth, requireToken, TokenTable } from './auth.ts';

describe('passwordAuth', () => {
  const auth = passwordAuth(
    new Map([
      ['alice', 'p:w'],
      ['empty', ''],
    ]),
  );

  it.each([
    ['alice', 'p:w', true],
    ['alice', 'p:', false],
    ['alice', '', false],
    ['bob', 'p:w', false],
    ['bob', '', false],
    ['empty', '', true],
  ])('%s with %j: %s', (name, password, allowed) => expect(auth.verify(name, password)).toBe(allowed));
});

describe('tokens', () => {
  it('hold for five minutes after their last use', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const tokens = new TokenTable(runtime);
    const token = tokens.issue();
    const other = tokens.issue();
    expect(token).not.toBe(other);
    for (let i = 0; i < 3; i++) {
      await runtime.advance(299_000);
      expect(tokens.use(token)).toBe(true);
    }
    expect(tokens.use(other)).toBe(false);
    await runtime.advance(300_000);
    expect(tokens.use(token)).toBe(false);
    tokens.issue();
    expect(tokens.use(token)).toBe(false);
  });

  it('are asked for with every call but those that lead to one', () => {
    const tokens = new TokenTable(virtualRuntime({ seed: 2 }));
    const authorize = requireToken(tokens);
    expect(() => authorize('/etcdserverpb.Auth/Authenticate', {})).not.toThrow();
    expect(() => authorize('/etcdserverpb.KV/Range', {})).toThrow('etcdserver: user name is empty');
    expect(() => authorize('/etcdserverpb.KV/Range', { token: 'made up' })).toThrow('etcdserver: invalid auth token');
    expect(() => authorize('/etcdserverpb.KV/Range', { token: tokens.issue() })).not.toThrow();
    expect(() => authorize('/etcdserverpb.Watch/Watch', { authorization: tokens.issue() })).not.toThrow();
  });
});
