import type { Affinity, PlacementGoals } from '@keelson/placement';
import { type Answer, countAnswer } from './answer.ts';
import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { fairLeaders, fairLoads, fairReplicas, type Range, weightRange, wholeRange } from './fair-shares.ts';

/** The wishes, by the field of `PlacementGoals` that says what a unit costs. */
export type Wish = Exclude<keyof PlacementGoals, 'tolerance' | 'leaderTolerance'>;

/** What each unit of a wish costs where the problem does not say. */
const usual: Readonly<Record<Wish, number>> = {
  evenness: 100,
  resourceEvenness: 1,
  leaderEvenness: 10,
  moves: 1,
  bytes: 0,
  leaderChanges: 0.5,
  spread: 0.1,
  preferredLeaders: 0.25,
  affinity: 0.5,
  copysets: 0,
};

/** What nodes should carry of something. */
interface Scale {
  readonly fair: readonly number[];
  readonly ranges: readonly Range[];
}

/** Answers of one problem, weighed wish by wish as `PlacementGoals` defines them. */
export class SoftTerms {
  readonly #facts: ClusterFacts;
  readonly #loads: readonly Scale[];
  readonly #leaders: Scale;
  readonly #resources: ReadonlyMap<string, Scale>;
  /** Names of the domains of each node at the levels wider than the fault zone. */
  readonly #wider: readonly (readonly string[])[];
  readonly #meanBytes: number;
  readonly #goals: Readonly<Record<Wish, number>>;

  constructor(facts: ClusterFacts) {
    const { problem, tolerance, leaderTolerance } = facts;
    const scale = (fair: readonly number[], rangeOf: (share: number) => Range): Scale => ({
      fair,
      ranges: fair.map(rangeOf),
    });
    const wanted = facts.partitions.reduce((sum, { slots }) => sum + slots.length, 0);
    this.#facts = facts;
    this.#goals = { ...usual, ...problem.goals };
    this.#meanBytes = facts.partitions.reduce((sum, one) => sum + one.bytes * one.slots.length, 0) / wanted;
    this.#loads = facts.dimensions.map((_, dimension) =>
      scale(fairLoads(facts, dimension), (share) =>
        facts.weighted ? weightRange(share, tolerance) : wholeRange(share, tolerance),
      ),
    );
    this.#leaders = scale(fairLeaders(facts), (share) => wholeRange(share, leaderTolerance));
    this.#resources = new Map(
      problem.resources.map(({ name }) => [
        name,
        scale(fairReplicas(facts, name), (share) => wholeRange(share, tolerance)),
      ]),
    );
    const levels = problem.topology?.levels ?? [];
    const faultZone = problem.topology?.faultZone;
    const deepest = faultZone === undefined ? levels.length : levels.indexOf(faultZone);
    this.#wider = levels.slice(0, deepest).map((_, level) => facts.nodes.map((_node, at) => this.#domain(at, level)));
  }

  /** Every wish, in its own unit. */
  figures(answer: Answer): Record<Wish, number> {
    const facts = this.#facts;
    const { loads, leaders, moves, bytes } = countAnswer(facts, answer);
    const each = facts.partitions.map((partition, at) => ({
      partition,
      held: answer[at] ?? new Map<number, string>(),
    }));
    const sumOf = (of: (partition: PartitionFacts, held: ReadonlyMap<number, string>) => number): number =>
      each.reduce((sum, { partition, held }) => sum + of(partition, held), 0);
    return {
      evenness: this.#loads.reduce((sum, scale, at) => sum + this.#furthest(scale, loads[at] ?? []) ** 2, 0),
      resourceEvenness: [...this.#resources].reduce((sum, [resource, scale]) => {
        const own = each.filter(({ partition }) => partition.resource === resource);
        const counts = facts.nodes.map((_, node) => own.filter(({ held }) => held.has(node)).length);
        return sum + this.#furthest(scale, counts) ** 2;
      }, 0),
      leaderEvenness: this.#furthest(this.#leaders, leaders) ** 2,
      moves,
      bytes: this.#meanBytes > 0 ? bytes / this.#meanBytes : 0,
      leaderChanges: sumOf(changesOf),
      spread: sumOf((_, held) => this.#wider.reduce((sum, domains) => sum + pairsIn(domains, held), 0)),
      preferredLeaders: sumOf((partition, held) => this.#preferenceMissed(partition, held)),
      affinity: (facts.problem.affinities ?? []).reduce(
        (sum, one) => sum + (one.weight ?? 1) * this.#violations(one, answer),
        0,
      ),
      copysets: new Set(
        answer.filter(({ size }) => size > 0).map((held) => [...held.keys()].sort((a, b) => a - b).join()),
      ).size,
    };
  }

  /** The weighed sum of figures. */
  penalty(figures: Readonly<Record<Wish, number>>): number {
    return Object.entries(figures).reduce((sum, [wish, figure]) => sum + figure * this.#goals[wish as Wish], 0);
  }

  /** The part of the penalty that is one partition's own, whatever the others do. */
  own(at: number, held: ReadonlyMap<number, string>): number {
    const partition = this.#facts.partitions[at];
    if (partition === undefined) return 0;
    const { moves, bytes, leaderChanges, spread, preferredLeaders } = this.#goals;
    const copies = [...held.keys()].filter((node) => !partition.current.has(node)).length;
    return (
      copies * (moves + (this.#meanBytes > 0 ? (bytes * partition.bytes) / this.#meanBytes : 0)) +
      changesOf(partition, held) * leaderChanges +
      this.#wider.reduce((sum, domains) => sum + pairsIn(domains, held), 0) * spread +
      this.#preferenceMissed(partition, held) * preferredLeaders
    );
  }

  /** By how many percent of its fair share the node furthest outside lies beside its range. */
  #furthest({ fair, ranges }: Scale, amounts: readonly number[]): number {
    return amounts.reduce((most, amount, node) => {
      if (this.#facts.nodes[node]?.condition !== 'live') return most;
      const { low, high } = ranges[node] ?? { low: 0, high: 0 };
      const share = (fair[node] ?? 0) > 1e-9 ? (fair[node] ?? 0) : 1;
      const outside = Math.max(amount - high, low - amount) / share;
      return outside > 1e-7 ? Math.max(most, 100 * outside) : most;
    }, 0);
  }

  #preferenceMissed(partition: PartitionFacts, held: ReadonlyMap<number, string>): number {
    const { problem, nodeAt } = this.#facts;
    const preferred =
      problem.resources
        .find(({ name }) => name === partition.resource)
        ?.partitions.find(({ name }) => name === partition.name)?.preferredLeaders ?? [];
    if (preferred.length === 0) return 0;
    const place = preferred.findIndex((name) => leadsOn(partition, held, nodeAt.get(name) ?? -1));
    return place < 0 ? 1 : place / preferred.length;
  }

  /** The name of a node's domain with those around it; the node itself beyond the levels it names. */
  #domain(node: number, level: number): string {
    const { domain, name } = this.#facts.problem.nodes[node] ?? { domain: '', name: '' };
    const path = (domain ?? '').split('/').filter((part) => part !== '');
    return level < 0 ? name : path.slice(0, level + 1).join('/');
  }

  #violations({ kind, resources: [first, second], between, level }: Affinity, answer: Answer): number {
    const { partitions, problem } = this.#facts;
    const depth = level === undefined ? -1 : (problem.topology?.levels ?? []).indexOf(level);
    let violations = 0;
    for (const [at, one] of partitions.entries()) {
      if (one.resource !== first) continue;
      const others = partitions.flatMap((other, index) =>
        other.resource === second && (between === 'resource' || other.name === one.name) ? [index] : [],
      );
      // Between partitions only those that have a partner wish for anything.
      if (between === 'partition' && others.length === 0) continue;
      for (const node of answer[at]?.keys() ?? []) {
        const meets = others.some((index) =>
          [...(answer[index]?.keys() ?? [])].some(
            (other) => !(index === at && other === node) && this.#domain(other, depth) === this.#domain(node, depth),
          ),
        );
        if (meets !== (kind === 'together')) violations += 1;
      }
    }
    return violations;
  }
}

const leadsOn = ({ slots }: PartitionFacts, held: ReadonlyMap<number, string>, node: number): boolean =>
  slots.some(({ role, leads }) => leads && held.get(node) === role);

/** Leaders of today that could go on and do not, as far as the partition wants that many. */
function changesOf(partition: PartitionFacts, held: ReadonlyMap<number, string>): number {
  const wanted = partition.slots.filter(({ leads }) => leads).length;
  const kept = partition.ableLeaders.filter((node) => leadsOn(partition, held, node)).length;
  return Math.max(0, Math.min(partition.ableLeaders.length, wanted) - kept);
}

function pairsIn(domains: readonly string[], held: ReadonlyMap<number, string>): number {
  const nodes = [...held.keys()];
  return nodes.reduce(
    (sum, node, at) => sum + nodes.slice(0, at).filter((other) => domains[other] === domains[node]).length,
    0,
  );
}
