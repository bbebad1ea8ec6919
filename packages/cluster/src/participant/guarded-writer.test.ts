import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParticipantBench } from '../../test-support/participant-bench.ts';
import { GuardedWriter } from './guarded-writer.ts';
import { type LifeSign, readLifeSign } from './life-sign.ts';
import type { Participant } from './participant.ts';

let bench: ParticipantBench;
let participant: Participant;
let sign: LifeSign;
beforeEach(async () => {
  bench = await ParticipantBench.create();
  ({ participant } = await bench.join({ stateModels: {} }));
  sign = await lifeSign();
});
afterEach(() => bench.end());

const something = new Uint8Array([1]);

async function lifeSign(): Promise<LifeSign> {
  const paths = { live: bench.paths.liveInstance('a_1'), history: bench.paths.participantHistory('a_1') };
  const found = await bench.drive(readLifeSign(bench.store, paths, {}));
  if (found === undefined) throw new Error('nobody is live');
  return found;
}

function writer(): GuardedWriter {
  const { signal } = new AbortController();
  return new GuardedWriter({ store: bench.store, runtime: bench.runtime, sign, signal });
}

const write = (by: GuardedWriter): Promise<boolean> =>
  bench.drive(by.write([{ type: 'put', path: '/c/written', value: something }]));

const written = async (): Promise<boolean> => (await bench.drive(bench.store.get('/c/written'))) !== undefined;

describe('a write of a membership', () => {
  test.each([
    ['the history', () => sign.paths.history],
    ['the live instance', () => sign.paths.live],
  ])('goes through though others write to %s', async (_, path) => {
    const by = writer();
    const entry = await bench.drive(bench.store.get(path()));
    await bench.drive(bench.store.put(path(), entry?.value ?? something));
    expect(await write(by)).toBe(true);
    expect(await written()).toBe(true);
  });

  test('is refused once somebody else is live under the name', async () => {
    const by = writer();
    await bench.drive(participant.close());
    await bench.join({ stateModels: {} });
    expect((await lifeSign()).liveVersion).toBe(sign.liveVersion);
    await expect(write(by)).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
    expect(await written()).toBe(false);
  });

  test('is refused once nobody is live', async () => {
    const by = writer();
    await bench.drive(participant.close());
    await expect(write(by)).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
    expect(await written()).toBe(false);
  });

  test('says so where a condition of its own does not hold', async () => {
    const condition = { path: '/c/other', version: 1 };
    const done = writer().write([{ type: 'put', path: '/c/written', value: something }], [condition]);
    expect(await bench.drive(done)).toBe(false);
    expect(await written()).toBe(false);
  });
});

test('coming alive adds its line to the history in the step that makes the instance live', async () => {
  const live = await bench.drive(bench.store.get(sign.paths.live));
  const history = await bench.drive(bench.store.get(sign.paths.history));
  expect(history?.modifyRevision).toBe(live?.createRevision);
});
