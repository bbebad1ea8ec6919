import { beforeAll, describe, expect, test } from 'vitest';
import { ClusterWorld } from '../test-support/cluster-world.ts';
import type { LoggedRequest } from '../test-support/request-log.ts';

const VICTIM = 'worker-3';
/** A round trip to the store takes twice as long, and nothing else takes any time: so time counts round trips. */
const HALF_TRIP_MS = 1;

/** From the end of the session of one of five workers, with 48 partitions of three replicas, to the last view of a new MASTER. */
async function loseOne(seed: number) {
  const world = new ClusterWorld({ seed, workers: 5, partitions: 48, replicas: 3, halfTripMs: HALF_TRIP_MS });
  await world.begin();
  await world.runtime.advance(1_000);
  const { session } = world.participants.get(VICTIM) ?? {};
  const masters = world.mastersOn(VICTIM);
  const before = world.requests.length;
  const sinceMs = world.runtime.clock.monotonicMs();
  await world.tree.backend.revokeLease(BigInt(`0x${session?.id}`));
  await world.runtime.runUntil(() => world.mastersOn(VICTIM) === 0 && world.mastered(), { limitMs: 60_000 });
  const roundTrips = (world.runtime.clock.monotonicMs() - sinceMs) / (2 * HALF_TRIP_MS);
  const requests = world.requests.slice(before).filter(({ by }) => by !== VICTIM);
  const messages = requests.filter(({ by, paths }) => by === 'controller-1' && paths.some(isMessage));
  const moved = promotionsIn(world, messages);
  await world.runtime.runUntil(() => world.placed(), { limitMs: 60_000 });
  await world.end();
  return { roundTrips, requests, messages, moved, masters, violations: world.violations };
}

const isMessage = (path: string): boolean => path.includes('/MESSAGES/');

/** How many of the messages that each request of the controller carries ask for a MASTER, by the ids that workers took up. */
function promotionsIn(world: ClusterWorld, messages: readonly LoggedRequest[]): readonly number[] {
  const promoted = new Set(world.promotedBy);
  return messages.map(
    ({ paths }) => paths.filter((path) => promoted.has(path.slice(path.lastIndexOf('/') + 1))).length,
  );
}

describe('what a lost worker with its share of 48 partitions costs', () => {
  const seeds = [1, 2];
  let losses: Awaited<ReturnType<typeof loseOne>>[] = [];
  beforeAll(async () => {
    losses = [];
    for (const seed of seeds) losses.push(await loseOne(seed));
  }, 60_000);

  test('four and a half round trips one after the other: the news, the order, its taking up, its outcome, the view', () => {
    for (const { roundTrips, masters } of losses) {
      expect(masters).toBeGreaterThan(5);
      expect(roundTrips).toBeLessThanOrEqual(4.5);
    }
  });

  test('requests by the worker, not by the partition', () => {
    for (const { requests } of losses) {
      const by = (name: string): number => requests.filter((request) => request.by === name).length;
      // The promotions, the replacements and the view, a line of history, and the view again.
      expect(by('controller-1')).toBeLessThanOrEqual(4);
      // Promotions and replacements: taken up and told of, each together.
      for (const name of ['worker-1', 'worker-2', 'worker-4', 'worker-5']) expect(by(name)).toBeLessThanOrEqual(4);
    }
  });

  test('the promotions are sent before anything else, all of them together, and nothing else with them', () => {
    for (const { messages, moved, masters } of losses) {
      expect(moved.slice(0, 2)).toEqual([masters, 0]);
      expect(messages[0]?.paths).toHaveLength(masters);
    }
  });

  test('never two MASTERs of one partition', () => {
    expect(losses.flatMap(({ violations }) => violations)).toEqual([]);
  });
});
