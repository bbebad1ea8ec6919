import { createRequire } from 'node:module';
import type { Highs } from 'highs';

/** The library's types are those of its CommonJS half; so is what is loaded here. */
const load = createRequire(import.meta.url)('highs') as () => Promise<Highs>;
const highs = await load();

/** A coefficient of a row: column, factor. */
export type Entry = readonly [column: number, factor: number];

/** What is known about the least cost. */
export interface Least {
  /** No solution costs less; `Infinity` where there is no solution at all. */
  readonly bound: number;
  /** Whether a solution of that cost exists, or it is certain that there is none. */
  readonly proven: boolean;
}

/**
 * A linear program, row by row: the least cost of columns between 0 and their upper ends, so that every row lies in its range. It is
 * solved by HiGHS, a library for nothing but this, so that what the oracles say rests neither on the solver they judge nor on a search of their own.
 */
export class LinearProgram {
  readonly #costs: number[] = [];
  readonly #most: number[] = [];
  readonly #whole: boolean[] = [];
  readonly #low: number[] = [];
  readonly #high: number[] = [];
  readonly #starts: number[] = [0];
  readonly #columns: number[] = [];
  readonly #factors: number[] = [];

  /** A new column between 0 and `most`; whole ones take whole numbers only. */
  column(cost: number, { most = 1, whole = true }: { most?: number; whole?: boolean } = {}): number {
    this.#costs.push(cost);
    this.#most.push(most);
    this.#whole.push(whole);
    return this.#costs.length - 1;
  }

  /** A new row: what the entries add up to lies between `low` and `high`. */
  row(low: number, high: number, entries: readonly Entry[]): void {
    for (const [column, factor] of entries) {
      this.#columns.push(column);
      this.#factors.push(factor);
    }
    this.#starts.push(this.#columns.length);
    this.#low.push(low);
    this.#high.push(high);
  }

  /** The entries of a row that says what the columns cost. */
  costEntries(): Entry[] {
    return this.#costs.flatMap((cost, column) => (cost === 0 ? [] : [[column, cost] as const]));
  }

  /** The least cost if columns could be split; `Infinity` where there is no solution. */
  fractional(): number {
    if (this.#costs.length === 0) return this.#ofNothing().bound;
    return highs.withModel(this.#data(false), (model) => {
      model.options.set({ output_flag: false });
      const { modelStatus } = model.run();
      const { optimal, infeasible } = highs.constants.modelStatus;
      if (modelStatus === infeasible) return Number.POSITIVE_INFINITY;
      if (modelStatus !== optimal) throw new Error(`The linear program ended with status ${modelStatus}.`);
      return model.getObjectiveValue();
    });
  }

  /**
   * The least cost with whole columns, by branch and cut.
   *
   * @param work Iterations of the simplex method after which it gives up and says how far it came: no time, so that the answer is
   *   the same on every machine.
   * @param step Costs are multiples of this.
   */
  wholly(work: number, step: number): Least {
    if (this.#costs.length === 0) return this.#ofNothing();
    return highs.withModel(this.#data(true), (model) => {
      // Only the bound is wanted: no work goes into finding solutions.
      model.options.set({ output_flag: false, mip_heuristic_effort: 0, mip_rel_gap: 0, mip_abs_gap: step * 0.99 });
      const { modelStatus } = model.run({
        [highs.constants.callbackType.mipInterrupt]: (event): undefined => {
          if (Number(event.data.mip_total_lp_iterations ?? 0) > work) event.interrupt();
        },
      });
      const { optimal, infeasible, interrupted } = highs.constants.modelStatus;
      if (modelStatus === infeasible) return { bound: Number.POSITIVE_INFINITY, proven: true };
      if (modelStatus !== optimal && modelStatus !== interrupted)
        throw new Error(`The integer program ended with status ${modelStatus}.`);
      return { bound: Number(model.info.get('mip_dual_bound')), proven: modelStatus === optimal };
    });
  }

  /** Without columns every row adds up to nothing. */
  #ofNothing(): Least {
    const isPossible = this.#low.every((low, row) => low <= 0 && (this.#high[row] ?? 0) >= 0);
    return { bound: isPossible ? 0 : Number.POSITIVE_INFINITY, proven: true };
  }

  #data(whole: boolean) {
    const { integer, continuous } = highs.constants.variableType;
    const numCols = this.#costs.length;
    const numRows = this.#low.length;
    return {
      numCols,
      numRows,
      colCost: this.#costs,
      colLower: new Float64Array(numCols),
      colUpper: this.#most,
      rowLower: this.#low,
      rowUpper: this.#high,
      matrix: {
        format: 'csr' as const,
        numRows,
        numCols,
        starts: this.#starts,
        indices: this.#columns,
        values: this.#factors,
      },
      ...(whole ? { integrality: this.#whole.map((one) => (one ? integer : continuous)) } : {}),
    };
  }
}
