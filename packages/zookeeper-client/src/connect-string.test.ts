import { describe, expect, it } from 'vitest';
import { parseConnectString, serverName } from './connect-string.ts';

describe('a connect string', () => {
  it('names servers and chroot', () => {
    expect(parseConnectString('a:1,b, [::1]:3/app/x/')).toEqual({
      servers: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2181 },
        { host: '::1', port: 3 },
      ],
      chroot: '/app/x',
    });
    expect(parseConnectString('a/').chroot).toBe('');
    expect(serverName({ host: '::1', port: 3 })).toBe('[::1]:3');
  });

  it.each(['', 'a:0', 'a:70000', 'a,,b', 'a:1/x//y', 'a/..', 'a b', 'a:x', 'user@a'])('refuses %j', (text) => {
    expect(() => parseConnectString(text)).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
  });
});
