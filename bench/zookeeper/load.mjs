/**
 * One measurement of one client in a process of its own, so that its CPU time is its alone:
 * node load.mjs CLIENT CONNECT_STRING OPERATION IN_FLIGHT SECONDS, prints {"operations", "seconds", "cpuMicroseconds"}.
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const [name, connectString, operation, inFlightText, secondsText] = process.argv.slice(2);
const [inFlight, seconds] = [Number(inFlightText), Number(secondsText)];
const PATH = '/bench';
const value = Buffer.alloc(256, 7);

const clients = {
  keelson: async () => {
    const { connectZooKeeper } = await import('@keelson/zookeeper-client');
    const client = await connectZooKeeper({ connectString });
    return {
      set: () => client.set(PATH, value),
      get: () => client.get(PATH),
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
      set: () => called((done) => client.setData(PATH, value, done)),
      get: () => called((done) => client.getData(PATH, done)),
      close: async () => client.close(),
    };
  },
};

const client = await clients[name]();

async function run(ms) {
  const untilMs = performance.now() + ms;
  let operations = 0;
  const one = async () => {
    while (performance.now() < untilMs) {
      await client[operation]();
      operations += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return operations;
}

// The first seconds show the compiler, not the client.
await run(1_000);
const [begun, cpu] = [performance.now(), process.cpuUsage()];
const operations = await run(seconds * 1_000);
const { user, system } = process.cpuUsage(cpu);
const took = (performance.now() - begun) / 1_000;
await client.close();
process.stdout.write(`${JSON.stringify({ operations, seconds: took, cpuMicroseconds: user + system })}\n`);
