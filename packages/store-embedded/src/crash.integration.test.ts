import { withDeadline } from '@keelson/runtime';
import { spawnProcess, temporaryDirectory, testRuntime } from '@keelson/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPackage, workerPath } from '../test-support/built.ts';
import { type LedgerWrite, readHistory, readReport, type WorkerReport } from '../test-support/ledger.ts';
import { type EmbeddedBackend, openEmbeddedBackend } from './index.ts';

const ROUNDS = Number(process.env.KEELSON_CRASH_ROUNDS ?? 50);
const ROUND_LIMIT_MS = 30_000;
const worker = workerPath('crash-worker.mjs');

/** Everything the store has ever been seen to hold, over all rounds. */
class Ledger {
  readonly #writes = new Map<number, readonly LedgerWrite[]>();
  readonly #state = new Map<string, string>();
  #newest = 1;
  acknowledged = 0;

  /** Holds what the store shows now to what it showed before and to what the worker was told. */
  async verify(backend: EmbeddedBackend, report: WorkerReport): Promise<void> {
    const newest = Number(backend.revision);
    expect(newest, 'a revision that was shown is lost').toBeGreaterThanOrEqual(
      Math.max(this.#newest, report.newestSeen),
    );
    const first = Math.max(2, Number(backend.describe().compactRevision));
    const history = await readHistory(backend, first);
    for (let revision = first; revision <= newest; revision += 1) this.#verifyRevision(revision, history.get(revision));
    this.#newest = newest;
    for (const [revision, writes] of report.acknowledged)
      expect(this.#writes.get(revision), `acknowledged revision ${revision} is lost`).toEqual(writes);
    this.acknowledged += report.acknowledged.size;
    await this.#verifyState(backend);
  }

  #verifyRevision(revision: number, writes: readonly LedgerWrite[] | undefined): void {
    if (writes === undefined) throw new Error(`revision ${revision} is missing from the history`);
    const known = this.#writes.get(revision);
    if (known !== undefined) {
      expect(writes, `revision ${revision} has changed`).toEqual(known);
      return;
    }
    expectWhole(revision, writes);
    this.#writes.set(revision, writes);
    for (const [key, value] of writes) {
      if (value === null) this.#state.delete(key);
      else this.#state.set(key, value);
    }
  }

  async #verifyState(backend: EmbeddedBackend): Promise<void> {
    const { kvs } = await backend.range({ key: '\0', end: '\0' });
    const shown = kvs.map((kv) => [kv.key, new TextDecoder().decode(kv.value)]);
    expect(shown).toEqual([...this.#state].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** No transaction is there in part: the three keys come together with one value, the two keys of a lease come and go together. */
function expectWhole(revision: number, writes: readonly LedgerWrite[]): void {
  const [first] = writes;
  const kind = first?.[0].split('/')[0];
  const size = kind === 'three' ? 3 : kind === 'leased' ? 2 : 1;
  expect(writes.length, `revision ${revision} is there in part: ${JSON.stringify(writes)}`).toBe(size);
  expect(new Set(writes.map(([, value]) => value)).size).toBe(1);
}

async function verifyLeases(backend: EmbeddedBackend, report: WorkerReport): Promise<void> {
  const alive = new Set((await backend.leases()).map(String));
  for (const id of report.granted)
    if (!report.revoking.has(id)) expect(alive.has(id), `acknowledged lease ${id} is lost`).toBe(true);
}

/** Lets a worker run until it was told of `acknowledgements` commits, then kills it. */
async function crashOnce(directory: string, round: number, acknowledgements: number): Promise<WorkerReport> {
  const lines: string[] = [];
  let left = acknowledgements;
  let enough = (): void => {};
  const reached = new Promise<void>((resolve) => {
    enough = resolve;
  });
  await using child = await spawnProcess(process.execPath, [worker, directory, `${round}`], {
    name: 'crash worker',
    onLine: (line) => {
      lines.push(line);
      if (line.startsWith('{"ack"') && --left === 0) enough();
    },
  });
  await withDeadline(testRuntime, {}, ROUND_LIMIT_MS, () => Promise.race([reached, child.exited]));
  child.signal('SIGKILL');
  await child.exited;
  expect(child.stderr()).toBe('');
  return readReport(lines);
}

describe('an embedded store killed under load', () => {
  beforeAll(buildPackage);

  it(
    `loses nothing acknowledged and shows nothing in part, ${ROUNDS} times`,
    async () => {
      await using folder = await temporaryDirectory('crash');
      const ledger = new Ledger();
      const seed = testRuntime.random.integer(1_000);
      for (let round = 0; round < ROUNDS; round += 1) {
        // From a kill at the very first commit to one after some hundreds.
        const report = await crashOnce(folder.path, round, 1 + ((seed + round * 37) % 400));
        const backend = await openEmbeddedBackend({
          directory: folder.path,
          runtime: testRuntime,
          history: { writes: 5_000 },
        });
        try {
          await ledger.verify(backend, report);
          await verifyLeases(backend, report);
        } finally {
          await backend.close();
        }
      }
      expect(ledger.acknowledged).toBeGreaterThan(ROUNDS);
      process.stdout.write(`${ROUNDS} kills, ${ledger.acknowledged} acknowledged commits, none lost (seed ${seed}).\n`);
    },
    Math.max(120_000, ROUNDS * 5_000),
  );
});
