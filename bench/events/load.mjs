/**
 * One process with a publisher and many consumers: node --expose-gc load.mjs ADDRESS TOPIC|WATCH CONSUMERS. `topic`: Keelson's event log, each
 * consumer a subscription; `watch`: the same events as entries below one path, each consumer a watch of the store. After `ready`,
 * a line `paced EVENTS_PER_SECOND MILLISECONDS` or `flood IN_FLIGHT MILLISECONDS`; it answers once everything has been delivered.
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventLog } from '@keelson/coordination';
import { systemRuntime } from '@keelson/runtime';
import { openStore } from '../lib/open-store.mjs';
import { quantile } from '../lib/report.mjs';

const [address, kind, consumersText] = process.argv.slice(2);
const consumers = Number(consumersText);
const runtime = systemRuntime();
const store = await openStore(address, runtime);
const stop = new AbortController();
const filling = 'x'.repeat(200);
const delays = [];
let published = 0;
let delivered = 0;
let wake = () => {};

function hear(sentMs) {
  delays.push(performance.now() - sentMs);
  delivered += 1;
  wake();
}

const ways = {
  topic: () => {
    const topic = eventLog({ store, runtime }).topic('bench');
    return {
      consume: async (onReady) => {
        const items = topic.subscribe({ from: 'end', signal: stop.signal });
        onReady();
        for await (const item of items) if (item.type === 'event') hear(item.event.payload.sentMs);
      },
      publish: () => topic.publish({ sentMs: performance.now(), filling }),
    };
  },
  watch: () => {
    let number = 0;
    const decoder = new TextDecoder();
    const encoder = new TextEncoder();
    return {
      consume: async (onReady) => {
        for await (const event of store.watch('/bench-events', { signal: stop.signal })) {
          if (event.type === 'snapshot') onReady();
          if (event.type !== 'changes') continue;
          for (const change of event.changes)
            if (change.type === 'put') hear(JSON.parse(decoder.decode(change.entry.value)).sentMs);
        }
      },
      // A ring of entries, as a log would keep the last ones.
      publish: () => {
        number = (number + 1) % 1_000;
        const event = { sentMs: performance.now(), filling };
        return store.put(`/bench-events/${number}`, encoder.encode(JSON.stringify(event)));
      },
    };
  },
};

const { consume, publish } = ways[kind]();
const memoryBefore = usedBytes();
const running = await startConsumers();
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [way, amount, ms] = line.split(' ');
  process.stdout.write(`${JSON.stringify(await measured(way, Number(amount), Number(ms)))}\n`);
}
stop.abort();
await Promise.all(running);
await store.close();

async function startConsumers() {
  const tasks = [];
  const ready = Array.from(
    { length: consumers },
    () =>
      new Promise((resolve) => {
        tasks.push(consume(resolve));
      }),
  );
  await Promise.all(ready);
  // Whoever has read its snapshot may not be watching yet: wait until one event has been heard by all.
  const untilMs = performance.now() + 60_000;
  do {
    if (performance.now() > untilMs) throw new Error(`Only ${delivered} of ${consumers} consumers hear anything.`);
    await quiet();
    await one();
    await sleep(500);
  } while (delivered < consumers);
  await quiet();
  return tasks;
}

async function one() {
  await publish();
  published += 1;
}

/** Resolves when nothing has been delivered for a while. */
async function quiet() {
  for (let before = -1; before !== delivered; await sleep(500)) before = delivered;
  published = 0;
  delivered = 0;
  delays.length = 0;
}

async function measured(way, amount, ms) {
  await quiet();
  const memoryBytes = usedBytes() - memoryBefore;
  const [begunMs, cpu] = [performance.now(), process.cpuUsage()];
  if (way === 'paced') await paced(amount, ms);
  else await flood(amount, ms);
  const publishSeconds = (performance.now() - begunMs) / 1_000;
  await delivery(published * consumers);
  const { user, system } = process.cpuUsage(cpu);
  return {
    published,
    publishSeconds,
    seconds: (performance.now() - begunMs) / 1_000,
    medianMs: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
    cpuMicroseconds: user + system,
    delivered,
    memoryBytes,
  };
}

async function paced(perSecond, ms) {
  const begunMs = performance.now();
  for (let number = 0; performance.now() - begunMs < ms; number += 1) {
    await one();
    await sleep(Math.max(0, begunMs + ((number + 1) * 1_000) / perSecond - performance.now()));
  }
}

async function flood(inFlight, ms) {
  const begunMs = performance.now();
  const publisher = async () => {
    while (performance.now() - begunMs < ms) await one();
  };
  await Promise.all(Array.from({ length: inFlight }, publisher));
}

async function delivery(expected) {
  const timer = setTimeout(() => wake(), 120_000);
  await new Promise((resolve, reject) => {
    const begunMs = performance.now();
    wake = () => {
      if (delivered >= expected) resolve();
      else if (performance.now() - begunMs > 119_000) reject(new Error(`${delivered} of ${expected} were delivered.`));
    };
    wake();
  });
  clearTimeout(timer);
  wake = () => {};
}

function usedBytes() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
