import { MinHeap } from './min-heap.ts';
import type { PlanOptions, PlanStep } from './move-plan.ts';

/** The limits of a wave that copies fill. */
interface WaveLoad {
  copies: number;
  bytes: number;
  readonly byNode: Map<string, number>;
}

/**
 * Steps in waves: each wave holds steps whose predecessors are in earlier waves, as early as the limits on copies allow, lower places
 * first; only hand-overs of leaders wait until nothing else can be done. Only copies are limited: nothing else moves bytes. O(steps log steps + waves × nodes that wait).
 */
export function wavesOf(steps: readonly PlanStep[], options: PlanOptions): readonly (readonly number[])[] {
  return new WaveMaker(steps, options).make();
}

class WaveMaker {
  readonly #steps: readonly PlanStep[];
  readonly #options: PlanOptions;
  /** [step] steps that wait for it. */
  readonly #later: number[][];
  readonly #waiting: Int32Array;
  /** Copies that may be made, but for those that wait for their node. */
  readonly #copies: MinHeap = new MinHeap();
  /** Copies that wait because too many go to their node at once. */
  readonly #byNode: Map<string, number[]> = new Map();
  /** Everything else that may be done in the next wave. */
  #others: number[] = [];
  /** Hand-overs that may begin, when there is nothing else to do. */
  #handOvers: number[] = [];

  constructor(steps: readonly PlanStep[], options: PlanOptions) {
    this.#steps = steps;
    this.#options = options;
    this.#later = steps.map(() => []);
    this.#waiting = Int32Array.from(steps, (step) => step.after.length);
    for (const [i, step] of steps.entries()) {
      for (const earlier of step.after) this.#later[earlier]?.push(i);
      if (step.after.length === 0) this.#makeReady(i);
    }
  }

  make(): readonly (readonly number[])[] {
    const waves: number[][] = [];
    for (let done = 0; done < this.#steps.length; ) {
      const wave = this.#others;
      this.#others = [];
      this.#takeCopies(wave);
      if (wave.length === 0) wave.push(...this.#handOvers.splice(0));
      wave.sort((a, b) => a - b);
      done += wave.length;
      waves.push(wave);
      for (const step of wave) for (const later of this.#later[step] ?? []) this.#release(later);
    }
    return waves;
  }

  #release(step: number): void {
    const left = (this.#waiting[step] as number) - 1;
    this.#waiting[step] = left;
    if (left === 0) this.#makeReady(step);
  }

  #makeReady(step: number): void {
    const { kind } = this.#steps[step] as PlanStep;
    if (kind === 'add') this.#copies.push(step, step);
    else if (kind !== 'drop' && this.#isBeginning(step)) this.#handOvers.push(step);
    else this.#others.push(step);
  }

  /** Whether no role of the partition was changed just before: a hand-over that has begun goes on at once. */
  #isBeginning(at: number): boolean {
    const { resource, partition, after } = this.#steps[at] as PlanStep;
    return !after.some((earlier) => {
      const step = this.#steps[earlier] as PlanStep;
      return step.was !== undefined && step.partition === partition && step.resource === resource;
    });
  }

  /** Adds copies to a wave until a limit is met. */
  #takeCopies(wave: number[]): void {
    const load: WaveLoad = { copies: 0, bytes: 0, byNode: new Map() };
    const perNode = this.#options.copiesPerNode ?? Number.POSITIVE_INFINITY;
    for (const [node, steps] of this.#byNode) {
      for (const step of steps.splice(0, Math.min(perNode, steps.length))) this.#copies.push(step, step);
      if (steps.length === 0) this.#byNode.delete(node);
    }
    for (let step = this.#copies.pop(); step !== undefined; step = this.#copies.pop()) {
      const { node, bytes } = this.#steps[step] as PlanStep;
      if (!this.#fits(load, bytes)) {
        this.#copies.push(step, step);
        return;
      }
      const onNode = load.byNode.get(node) ?? 0;
      if (onNode >= perNode) {
        const waiting = this.#byNode.get(node) ?? [];
        this.#byNode.set(node, waiting);
        waiting.push(step);
        continue;
      }
      load.copies += 1;
      load.bytes += bytes;
      load.byNode.set(node, onNode + 1);
      wave.push(step);
    }
  }

  #fits({ copies, bytes }: WaveLoad, more: number): boolean {
    const { copiesAtOnce = Number.POSITIVE_INFINITY, bytesAtOnce = Number.POSITIVE_INFINITY } = this.#options;
    return copies === 0 || (copies < copiesAtOnce && bytes + more <= bytesAtOnce);
  }
}
