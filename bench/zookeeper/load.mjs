/** Set and get of one node by one client, as load-program.mjs says: node load.mjs CLIENT CONNECT_STRING. */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { serveLoads } from '../lib/load-program.mjs';

const [name, connectString] = process.argv.slice(2);
const PATH = '/bench';
const value = Buffer.alloc(256, 7);

const clients = {
  keelson: async () => {
    const { connectZooKeeper } = await import('@keelson/zookeeper-client');
    const client = await connectZooKeeper({ connectString });
    return {
      operations: { set: () => client.set(PATH, value), get: () => client.get(PATH) },
      close: () => client.close(),
    };
  },
  'node-zookeeper-client': async () => {
    const { default: zookeeper } = await import('node-zookeeper-client');
    const client = zookeeper.createClient(connectString);
    const connected = new Promise((resolve) => client.once('connected', resolve));
    client.connect();
    await connected;
    const called = (call) => new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
    return {
      operations: {
        set: () => called((done) => client.setData(PATH, value, done)),
        get: () => called((done) => client.getData(PATH, done)),
      },
      close: () => client.close(),
    };
  },
};

await serveLoads(await clients[name]());
