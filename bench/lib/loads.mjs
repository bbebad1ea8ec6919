/** Loads made by one Node client, the same for every server. Each answers with a list of figures. */
import { performance } from 'node:perf_hooks';
import { kvService, watchService } from '@keelson/etcd-protocol';
import { quantile } from './report.mjs';
import { connect, residentMegabytes } from './targets.mjs';

const value = new Uint8Array(256).fill(120);
const key = (number) => `bench/${String(number % 10_000).padStart(5, '0')}`;

/** Durable puts, `inFlight` at once over one connection. */
export function puts(target, { inFlight, seconds }) {
  return closedLoop(target, `put, ${inFlight} in flight`, { inFlight, seconds }, (connection, number) =>
    connection.unary(kvService.put, { key: key(number), value }),
  );
}

/** Linearizable reads of one key. */
export function ranges(target, { inFlight, seconds }) {
  return closedLoop(target, `range, ${inFlight} in flight`, { inFlight, seconds }, (connection, number) =>
    connection.unary(kvService.range, { key: key(number) }),
  );
}

async function closedLoop(target, name, { inFlight, seconds }, call) {
  const connection = await connect(target);
  const latencies = [];
  const endMs = performance.now() + seconds * 1_000;
  let number = 0;
  const worker = async () => {
    for (;;) {
      const beganMs = performance.now();
      if (beganMs >= endMs) return;
      number += 1;
      await call(connection, number);
      latencies.push(performance.now() - beganMs);
    }
  };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const tookSeconds = (performance.now() - beganMs) / 1_000;
  await connection.close();
  return [
    { figure: name, unit: '/s', value: latencies.length / tookSeconds, better: 'more' },
    { figure: `${name}, p99`, unit: 'ms', value: quantile(latencies, 0.99), better: 'less' },
  ];
}

/** From sending a put to each of many watchers of its key hearing of it. Ten streams on ten connections share the watchers. */
export async function watchDelays(target, { watchers, puts: count }) {
  const connections = await Promise.all(Array.from({ length: 10 }, () => connect(target)));
  const watched = 'bench/watched';
  const delays = [];
  let sentMs = 0;
  let heard = 0;
  let wake = () => {};
  let created = 0;
  const streams = connections.map((connection) => {
    const stream = connection.stream(watchService.watch, {
      onMessage: (response) => {
        if (response.created) created += 1;
        heard += response.events.length;
        for (const _ of response.events) delays.push(performance.now() - sentMs);
        wake();
      },
      onEnd: () => {},
    });
    for (let index = 0; index < watchers / connections.length; index += 1)
      stream.send({ createRequest: { key: watched } });
    return stream;
  });
  const until = (done) =>
    new Promise((resolve) => {
      wake = () => done() && resolve();
      wake();
    });
  await until(() => created === watchers);
  for (let round = 1; round <= count; round += 1) {
    sentMs = performance.now();
    await connections[0].unary(kvService.put, { key: watched, value });
    await until(() => heard === watchers * round);
  }
  for (const stream of streams) stream.cancel();
  await Promise.all(connections.map((connection) => connection.close()));
  return [
    { figure: `put to event, ${watchers} watchers, median`, unit: 'ms', value: quantile(delays, 0.5), better: 'less' },
    { figure: `put to event, ${watchers} watchers, p99`, unit: 'ms', value: quantile(delays, 0.99), better: 'less' },
  ];
}

/** Fills the store and looks at the memory it takes. */
export async function fill(target, { keys, valueBytes }) {
  const connection = await connect(target);
  const filling = new Uint8Array(valueBytes).fill(7);
  for (let from = 0; from < keys; from += 100) {
    const success = Array.from({ length: 100 }, (_, index) => ({
      requestPut: { key: `bench/fill/${String(from + index).padStart(7, '0')}`, value: filling },
    }));
    await connection.unary(kvService.txn, { compare: [], success, failure: [] });
  }
  await connection.close();
  return [{ figure: 'memory, 100k keys', unit: 'MB', value: residentMegabytes(target), better: 'less' }];
}
