import { describe, expect, it } from 'vitest';
import { parseZooKeeperAddress } from './address.ts';

describe('an address of a store on ZooKeeper', () => {
  it('names servers, chroot, user and whether TLS is spoken', () => {
    expect(parseZooKeeperAddress('zookeeper://a:1,b:2/app/')).toEqual({ connectString: 'a:1,b:2/app', secure: false });
    expect(parseZooKeeperAddress('a:1/x%20y')).toEqual({ connectString: 'a:1/x y', secure: false });
    expect(parseZooKeeperAddress('zookeepers://ada:p%40ss:word@[::1]:3')).toEqual({
      connectString: '[::1]:3',
      secure: true,
      credentials: { user: 'ada', password: 'p@ss:word' },
    });
  });

  it.each(['', 'etcd://a:1', 'zookeeper://', 'zookeeper://ada@a:1', 'zookeeper://a@b@c', 'a:1/%zz'])(
    'refuses %j without repeating it',
    (address) => {
      expect(() => parseZooKeeperAddress(address)).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
      expect(() => parseZooKeeperAddress('zookeeper://ada:hush@x@y')).toThrow(/^(?!.*hush)/);
    },
  );
});
