// Writes into the embedded store as fast as it can and prints a line for everything it was told, until it is killed.
//   node crash-worker.mjs DIRECTORY ROUND
// Lines are JSON: {granted}, {revoking}, {ack: [revision, [[key, value or null]…]]}, {seen: revision}.
import { systemRuntime } from '@keelson/runtime';
import { openEmbeddedBackend } from '@keelson/store-embedded';

const [directory, round] = process.argv.slice(2);
const WRITERS = 8;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const bytes = (text) => new TextEncoder().encode(text);
const put = (key, value, lease = 0n) => ({ type: 'put', key, value: bytes(value), lease });

const backend = await openEmbeddedBackend({ directory, runtime: systemRuntime(), history: { writes: 5_000 } });

async function transact(operations, expected) {
  const { revision } = await backend.txn({ compare: [], success: operations, failure: [] });
  say({ ack: [Number(revision), expected] });
}

/** Three keys that must always hold one value. */
async function three(writer, value) {
  const keys = ['x', 'y', 'z'].map((part) => `three/${writer}/${part}`);
  await transact(
    keys.map((key) => put(key, value)),
    keys.map((key) => [key, value]),
  );
}

/** A lease with two keys; every other one is revoked at once, every fourth ends by itself, the rest stay. */
async function leased(writer, n, value) {
  const { id } = await backend.grantLease(n % 4 === 1 ? 500 : 60_000);
  const keys = [`leased/${writer}/${n % 20}/a`, `leased/${writer}/${n % 20}/b`];
  if (n % 4 !== 1) say({ granted: `${id}` });
  await transact(
    keys.map((key) => put(key, value, id)),
    keys.map((key) => [key, value]),
  );
  if (n % 2 !== 0) return;
  say({ revoking: `${id}` });
  await backend.revokeLease(id);
}

async function write(writer) {
  for (let n = 0; ; n += 1) {
    const value = `${round}:${writer}:${n}`;
    const key = `plain/${writer}/${n % 50}`;
    if (n % 5 === 4) await three(writer, value);
    else if (n % 7 === 6) await leased(writer, n, value);
    else if (n % 11 === 10) {
      const { revision, deleted } = await backend.execute({ type: 'delete-range', range: { key } });
      if (deleted > 0) say({ ack: [Number(revision), [[key, null]]] });
    } else await transact([put(key, value)], [[key, value]]);
  }
}

backend.watch(
  { key: '\0', end: '\0' },
  {
    onCreated: () => {},
    onEvents: (_events, revision) => say({ seen: Number(revision) }),
    onProgress: () => {},
    onCompacted: () => {},
    onInterrupted: (error) => {
      throw error;
    },
  },
);
say({ ready: true });
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
