/** Put and get over one connection by one client, as load-program.mjs says: node load.mjs CLIENT HOST:PORT. */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { serveLoads } from '../lib/load-program.mjs';
import { rawEtcd } from './raw-grpc.mjs';

const [name, address] = process.argv.slice(2);
const value = Buffer.alloc(256, 7);
/** A machine with much else to do is slow, which is no failure here. */
const limits = { timeoutMs: 60_000 };
const key = (number) => `/bench/${String(number % 10_000).padStart(5, '0')}`;

const clients = {
  keelson: async () => {
    const { connectEtcd } = await import('@keelson/store-etcd');
    const store = await connectEtcd({ endpoints: `etcd://${address}` });
    return {
      operations: {
        put: (number) => store.put(key(number), value, limits),
        get: (number) => store.get(key(number), limits),
      },
      close: () => store.close(),
    };
  },
  'grpc-js': () => {
    const etcd = rawEtcd(address);
    const bytes = (number) => Buffer.from(key(number));
    return {
      operations: {
        put: (number) => etcd.put({ key: bytes(number), value }),
        get: (number) => etcd.range({ key: bytes(number) }),
      },
      close: () => etcd.close(),
    };
  },
};

await serveLoads(await clients[name]());
