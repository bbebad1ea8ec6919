import type { SlotAssignment } from '../src/assignment.ts';
import { type CompiledProblem, NODE_GONE, NODE_LIVE } from '../src/model/compiled.ts';
import type { MovePlan, PlanStep } from '../src/plan/index.ts';

/** What stands: partition → node → role, all by index. */
type Standing = Map<number, Map<number, number>>;

/** What nodes carry: plain sums, kept up to date replica by replica. */
class Carried {
  readonly #problem: CompiledProblem;
  readonly #loads: Map<string, number> = new Map();

  constructor(problem: CompiledProblem, standing: Standing) {
    this.#problem = problem;
    for (const [p, replicas] of standing) for (const [n, role] of replicas) this.change(p, n, role, 1);
  }

  /** A replica comes (1) or goes (-1). */
  change(p: number, n: number, role: number, sign: 1 | -1): void {
    const { D, weight, roleLoad, resourceOf } = this.#problem;
    const k = resourceOf[p] ?? 0;
    for (let d = 0; d < D; d++) {
      this.#add(`load ${n} ${d}`, sign * (weight[p * D + d] ?? 0) * (roleLoad[k]?.[role * D + d] ?? 0));
    }
    this.#add(`count ${n}`, sign);
    this.#add(`count ${n} ${k}`, sign);
  }

  load(n: number, d: number): number {
    return this.#loads.get(`load ${n} ${d}`) ?? 0;
  }

  count(n: number, k?: number): number {
    return this.#loads.get(k === undefined ? `count ${n}` : `count ${n} ${k}`) ?? 0;
  }

  #add(key: string, amount: number): void {
    this.#loads.set(key, (this.#loads.get(key) ?? 0) + amount);
  }
}

/** Carries a plan out step by step and says what it breaks on the way: written from what a plan promises, plainly, by itself. */
export class PlanInterpreter {
  readonly broken: string[] = [];
  readonly #problem: CompiledProblem;
  readonly #plan: MovePlan;
  readonly #present: Standing;
  readonly #target: Standing;
  readonly #now: Standing;
  readonly #done: Set<number> = new Set();
  readonly #carriedAtFirst: Carried;
  readonly #carried: Carried;
  readonly #nodes: ReadonlyMap<string, number>;
  #partitions: ReadonlyMap<string, number> | undefined;

  constructor(problem: CompiledProblem, target: SlotAssignment, plan: MovePlan) {
    this.#problem = problem;
    this.#plan = plan;
    this.#present = presentOf(problem);
    this.#now = presentOf(problem);
    this.#target = targetOf(problem, target);
    this.#carriedAtFirst = new Carried(problem, this.#present);
    this.#carried = new Carried(problem, this.#present);
    this.#nodes = new Map(problem.nodeNames.map((name, n) => [name, n]));
  }

  /** Does the steps at these places, one by one, and compares the end with the target. */
  run(order: Iterable<number>, fewestInService?: number): readonly string[] {
    for (const at of order) this.#step(at, fewestInService);
    for (let p = 0; p < this.#problem.P; p++) {
      const end = JSON.stringify([...(this.#now.get(p) ?? [])].sort(([a], [b]) => a - b));
      const wanted = JSON.stringify([...(this.#target.get(p) ?? [])].sort(([a], [b]) => a - b));
      if (end !== wanted) this.broken.push(`partition ${p} ends as ${end} instead of ${wanted}`);
    }
    return this.broken;
  }

  #step(at: number, fewest: number | undefined): void {
    const step = this.#plan.steps[at];
    if (step === undefined) throw new RangeError(`There is no step ${at}`);
    for (const earlier of step.after)
      if (!this.#done.has(earlier)) this.broken.push(`step ${at} goes before ${earlier}`);
    const p = this.#partitionOf(step);
    const n = this.#nodes.get(step.node) ?? -1;
    this.#apply(at, step, p, n);
    this.#done.add(at);
    this.#checkNode(at, n);
    this.#checkPartition(at, p, fewest);
  }

  #apply(at: number, step: PlanStep, p: number, n: number): void {
    const { resourceOf, roleNames, nodeState, isEligible, forbiddenFrom, forbiddenNode } = this.#problem;
    const k = resourceOf[p] ?? 0;
    const names = roleNames[k] ?? [];
    const replicas = this.#now.get(p) ?? new Map<number, number>();
    const role = names.indexOf(step.role);
    const here = replicas.get(n);
    const bad = (why: string): number =>
      this.broken.push(`step ${at} (${step.kind} ${step.partition} on ${step.node}) ${why}`);
    if (here !== undefined) this.#carried.change(p, n, here, -1);
    if (step.kind !== 'drop') this.#carried.change(p, n, role, 1);
    if (step.kind === 'add') {
      if (here !== undefined) bad('is there already');
      if (nodeState[n] !== NODE_LIVE) bad('goes to a node that takes nothing');
      if (isEligible[k]?.[n] !== 1) bad('goes to a node that may not hold the resource');
      if (forbiddenNode.subarray(forbiddenFrom[p], forbiddenFrom[p + 1]).includes(n)) bad('goes to a forbidden node');
      if (role !== names.length - 1) bad('does not start in the lowest role');
      replicas.set(n, role);
    } else if (step.kind === 'drop') {
      if (here !== role) bad(`drops what is in role ${here}`);
      replicas.delete(n);
    } else {
      if (here !== names.indexOf(step.was ?? '')) bad(`changes what is in role ${here}`);
      if (role < (here ?? 0) !== (step.kind === 'promote')) bad('goes the wrong way');
      replicas.set(n, role);
    }
  }

  #borrowed(node: number, what: string, dimension?: string): number {
    let sum = 0;
    for (const room of this.#plan.borrowed) {
      const isIt = room.what === what && room.dimension === dimension && this.#nodes.get(room.node) === node;
      if (isIt && this.#done.has(room.step)) sum += room.amount;
    }
    return sum;
  }

  #checkNode(at: number, n: number): void {
    const { D, K, capacity, dimensionNames, maxReplicas, maxPerNode } = this.#problem;
    for (let d = 0; d < D; d++) {
      const limit =
        Math.max(capacity[n * D + d] ?? 0, this.#carriedAtFirst.load(n, d)) +
        this.#borrowed(n, 'capacity', dimensionNames[d]);
      const load = this.#carried.load(n, d);
      if (load > limit * (1 + 1e-8) + 1e-9)
        this.broken.push(`step ${at}: node ${n} carries ${load} of ${limit} in ${dimensionNames[d]}`);
    }
    const count = this.#carried.count(n);
    if (count > Math.max(maxReplicas[n] ?? 0, this.#carriedAtFirst.count(n)) + this.#borrowed(n, 'replicas'))
      this.broken.push(`step ${at}: node ${n} has ${count} replicas`);
    for (let k = 0; k < K; k++) {
      const ofResource = this.#carried.count(n, k);
      const limit =
        Math.max(maxPerNode[k] ?? 0, this.#carriedAtFirst.count(n, k)) + this.#borrowed(n, 'replicas-of-resource');
      if (ofResource > limit) this.broken.push(`step ${at}: node ${n} has ${ofResource} replicas of resource ${k}`);
    }
  }

  #checkPartition(at: number, p: number, fewest: number | undefined): void {
    const { resourceOf, roleLeads, zone } = this.#problem;
    const k = resourceOf[p] ?? 0;
    const [now, present, target] = [this.#now, this.#present, this.#target].map(
      (all) => all.get(p) ?? new Map<number, number>(),
    ) as [Map<number, number>, Map<number, number>, Map<number, number>];
    const least = Math.min(present.size, target.size, fewest ?? Number.POSITIVE_INFINITY);
    if (now.size < least) this.broken.push(`step ${at}: partition ${p} has ${now.size} replicas instead of ${least}`);
    const inRole = (all: Map<number, number>, role: number): number =>
      [...all.values()].filter((other) => other === role).length;
    for (let role = 0; role < (roleLeads[k]?.length ?? 0) - 1; role++) {
      const most = Math.max(inRole(present, role), inRole(target, role));
      if (roleLeads[k]?.[role] === 1 && inRole(now, role) > most)
        this.broken.push(`step ${at}: partition ${p} has more than ${most} in role ${role}`);
    }
    for (const z of new Set([...now.keys()].map((n) => zone[n]))) {
      const inZone = (all: Map<number, number>): number => [...all.keys()].filter((n) => zone[n] === z).length;
      const borrowed = this.#plan.borrowed.filter((room) => {
        const step = this.#plan.steps[room.step];
        return (
          room.what === 'fault-zone' &&
          this.#done.has(room.step) &&
          step !== undefined &&
          this.#partitionOf(step) === p &&
          zone[this.#nodes.get(room.node) ?? -1] === z
        );
      });
      if (inZone(now) > Math.max(1, inZone(present), inZone(target)) + borrowed.length)
        this.broken.push(`step ${at}: partition ${p} crowds zone ${z}`);
    }
  }

  #partitionOf(step: PlanStep): number {
    const { resourceNames, partitionNames, partitionsFrom } = this.#problem;
    this.#partitions ??= new Map(
      resourceNames.flatMap((resource, k) =>
        partitionNames
          .slice(partitionsFrom[k], partitionsFrom[k + 1])
          .map((name, i) => [JSON.stringify([resource, name]), (partitionsFrom[k] ?? 0) + i] as const),
      ),
    );
    return this.#partitions.get(JSON.stringify([step.resource, step.partition])) ?? -1;
  }
}

function presentOf({ P, currentFrom, currentNode, currentRole, nodeState }: CompiledProblem): Standing {
  const standing: Standing = new Map();
  for (let p = 0; p < P; p++) {
    const replicas = new Map<number, number>();
    for (let c = currentFrom[p] ?? 0; c < (currentFrom[p + 1] ?? 0); c++) {
      if (nodeState[currentNode[c] ?? 0] !== NODE_GONE) replicas.set(currentNode[c] ?? 0, currentRole[c] ?? 0);
    }
    standing.set(p, replicas);
  }
  return standing;
}

function targetOf({ P, slotsFrom, slotRole }: CompiledProblem, { node }: SlotAssignment): Standing {
  const standing: Standing = new Map();
  for (let p = 0; p < P; p++) {
    const replicas = new Map<number, number>();
    for (let s = slotsFrom[p] ?? 0; s < (slotsFrom[p + 1] ?? 0); s++)
      if ((node[s] ?? 0) >= 0) replicas.set(node[s] ?? 0, slotRole[s] ?? 0);
    standing.set(p, replicas);
  }
  return standing;
}
