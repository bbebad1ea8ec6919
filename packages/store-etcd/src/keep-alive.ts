import { leaseService } from '@keelson/etcd-protocol';
import type { CallOptions } from '@keelson/runtime';
import type { Link } from './link.ts';

/**
 * Renews a lease once over a stream of its own, as `etcdctl lease keep-alive --once` does. Resolves with the seconds granted, 0 or
 * below where the lease is gone. A stream for each renewal costs one round trip like any call, and none can hold up another's.
 */
export function keepAliveOnce(link: Link, id: bigint, options: CallOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = link.stream(
      leaseService.keepAlive,
      {
        onMessage: ({ ttl }) => {
          resolve(ttl);
          stream.cancel();
        },
        // After an answer this changes nothing.
        onEnd: (error) => reject(error ?? new Error('The server ended the renewal without an answer.')),
      },
      options,
    );
    stream.send({ id });
  });
}
