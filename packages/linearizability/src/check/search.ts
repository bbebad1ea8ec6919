import type { Specification, StateIdentity } from '../specification.ts';
import type { Budget } from './budget.ts';
import { Configuration, lowerBound } from './configuration.ts';
import { callNode, EntryList, isReturn, operationOf, returnNode } from './entry-list.ts';
import { assertTotal, type Schedule } from './schedule.ts';

/** How a search ended. Operations are indices into the schedule. */
export type SearchResult<State> =
  | { readonly found: true; readonly order: readonly number[] }
  | { readonly found: false; readonly furthest: Furthest<State>; readonly reached: readonly ReachedState<State>[] }
  | { readonly found: undefined };

/** The furthest that any order of the operations came. */
export interface Furthest<State> {
  /** Operations that took effect, in order. */
  readonly order: readonly number[];
  /** The operation without which it cannot go on: it had returned, and could not have taken effect. */
  readonly stuck: number;
  /** States in which it got stuck there, by any order; the first few. */
  readonly states: readonly State[];
}

/** A state that some order led to. */
export interface ReachedState<State> {
  readonly state: State;
  /** The earliest time by which everything had been invoked that led to it. */
  readonly since: number;
}

/** How many states of those it got stuck in are kept. */
const STATES_KEPT = 16;

/** Where the search stands at one depth: what took effect there, and what else could. */
interface Frame<State> {
  readonly operation: number;
  /** The states it may lead to, and the next one to try. */
  readonly choices: readonly State[];
  nextChoice: number;
  readonly stateBefore: State;
  readonly idBefore: number;
  readonly floorBefore: number;
  readonly stepBefore: number;
  /** How many expired operations had been taken out of the list before. */
  readonly expiredBefore: number;
  /** No other order has to be tried: the operation reads only. */
  readonly forced: boolean;
}

/**
 * The search of Wing and Gong as Lowe and Horn made it quick: take any operation that has been invoked before every return still open, let
 * it take effect if the specification allows it, and go on; at a return whose operation has not taken effect, go back. No pair of state
 * and set of operations is entered twice.
 */
export function search<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  schedule: Schedule<Input, Output>,
  budget: Budget,
): SearchResult<State> {
  return new Search(specification, schedule, budget).run();
}

class Search<State, Input, Output> {
  readonly #specification: Specification<State, Input, Output>;
  readonly #schedule: Schedule<Input, Output>;
  readonly #budget: Budget;
  readonly #list: EntryList;
  readonly #configuration: Configuration;
  readonly #ids = new Map<StateIdentity, number>();
  readonly #frames: Frame<State>[] = [];
  readonly #expired: number[] = [];
  readonly #steps = new StepTree();
  readonly #reached: { state: State; since: number }[] = [];
  #state: State;
  #id = 0;
  /** The latest invocation among all that took effect. */
  #floor = -1;
  #step = 0;
  #stuckPlace = -1;
  #stuckStep = 0;
  #stuckOperation = 0;
  #stuckStates = new Map<number, State>();

  constructor(specification: Specification<State, Input, Output>, schedule: Schedule<Input, Output>, budget: Budget) {
    this.#specification = specification;
    this.#schedule = schedule;
    this.#budget = budget;
    this.#list = new EntryList(schedule.entries, schedule.operations.length);
    this.#configuration = new Configuration(schedule);
    const [first] = specification.initial;
    if (first === undefined && specification.initial.length === 0)
      throw new TypeError(`Specification ${specification.name} has no initial state.`);
    this.#state = first as State;
  }

  run(): SearchResult<State> {
    for (const initial of this.#specification.initial) {
      this.#state = initial;
      this.#id = this.#idOf(initial);
      const found = this.#explore();
      if (found === undefined) return { found };
      if (found) return { found, order: this.#steps.pathTo(this.#step) };
    }
    const order = this.#steps.pathTo(this.#stuckStep);
    const furthest = { order, stuck: this.#stuckOperation, states: [...this.#stuckStates.values()] };
    return { found: false, furthest, reached: this.#reached };
  }

  /** True where all required operations found their place, undefined where the budget ran out. */
  #explore(): boolean | undefined {
    let node = this.#begin();
    while (node !== undefined && !this.#configuration.complete) {
      if (node === 0 || isReturn(node)) {
        this.#noteStuck(node);
        node = this.#goBack();
        if (node === undefined && this.#budget.gaveUp === undefined) return false;
        continue;
      }
      const operation = operationOf(node);
      if (this.#isExpired(operation)) {
        this.#list.remove(node);
        this.#expired.push(node);
        node = this.#list.after(node);
        continue;
      }
      // Reads were tried when this configuration was entered: what is left of them is impossible here.
      if (this.#isFree(operation)) {
        node = this.#list.after(node);
        continue;
      }
      const choices = this.#choicesOf(operation);
      if (choices === undefined) return undefined;
      node = this.#tryChoices(operation, choices, 0, false) ? this.#begin() : this.#list.after(node);
    }
    return node === undefined ? undefined : true;
  }

  /** Lets every free read take effect that can now: sooner is never worse. Then the first entry; undefined without budget. */
  #begin(): number | undefined {
    let node = this.#list.after(0);
    while (node !== 0 && !isReturn(node)) {
      const operation = operationOf(node);
      if (this.#isFree(operation)) {
        const choices = this.#choicesOf(operation);
        if (choices === undefined) return undefined;
        if (choices.length > 0) this.#tryChoices(operation, [this.#state], 0, true);
      }
      node = this.#list.after(node);
    }
    return this.#list.after(0);
  }

  /** A read that takes nothing away from others: nothing that may have happened ends before it began. */
  #isFree(operation: number): boolean {
    const { readOnly, boundedEnds, callPlace } = this.#schedule;
    if (readOnly[operation] !== 1) return false;
    if (boundedEnds.length === 0) return true;
    const place = callPlace[operation] ?? 0;
    return place <= this.#floor || lowerBound(boundedEnds, place) === lowerBound(boundedEnds, this.#floor);
  }

  #isExpired(operation: number): boolean {
    return this.#schedule.required[operation] !== 1 && (this.#schedule.endPlace[operation] ?? 0) < this.#floor;
  }

  #choicesOf(operation: number): readonly State[] | undefined {
    if (!this.#budget.spend()) return undefined;
    const { inputs, outcomes, operations } = this.#schedule;
    const outcome = outcomes[operation];
    if (outcome === undefined) return [];
    const choices = this.#specification.step(this.#state, inputs[operation] as Input, outcome);
    if (!outcome.known) assertTotal(this.#specification, operations[operation], choices);
    return choices;
  }

  /** Enters the first configuration that is new, from choice `from` on. */
  #tryChoices(operation: number, choices: readonly State[], from: number, forced: boolean): boolean {
    if (from >= choices.length) return false;
    const optional = this.#schedule.required[operation] !== 1;
    const floor = Math.max(this.#floor, this.#schedule.callPlace[operation] ?? 0);
    this.#configuration.take(operation);
    for (let at = from; at < choices.length; at += 1) {
      const state = choices[at] as State;
      const id = forced ? this.#id : this.#idOf(state);
      // What may be left out and changes nothing is left out. A read was entered with the configuration before it.
      if (optional && id === this.#id) continue;
      if (!forced && (this.#isDetour(operation, id) || !this.#configuration.visit(id, floor))) continue;
      this.#enter(operation, choices, at, forced, { state, id, floor });
      return true;
    }
    this.#configuration.giveBack(operation);
    return false;
  }

  /** Whether the step before was needless: optional, and without it this one leads to the same state, with one operation more to spare. */
  #isDetour(operation: number, id: number): boolean {
    const before = this.#frames.at(-1);
    if (before === undefined || this.#schedule.required[before.operation] === 1) return false;
    const outcome = this.#schedule.outcomes[operation];
    if (outcome === undefined) return false;
    // Two that may be left out and lead nowhere are both needless.
    if (id === before.idBefore && this.#schedule.required[operation] !== 1) return true;
    const choices = this.#specification.step(before.stateBefore, this.#schedule.inputs[operation] as Input, outcome);
    return choices.some((state) => this.#idOf(state) === id);
  }

  #enter(
    operation: number,
    choices: readonly State[],
    at: number,
    forced: boolean,
    to: { readonly state: State; readonly id: number; readonly floor: number },
  ): void {
    this.#frames.push({
      operation,
      choices,
      nextChoice: at + 1,
      stateBefore: this.#state,
      idBefore: this.#id,
      floorBefore: this.#floor,
      stepBefore: this.#step,
      expiredBefore: this.#expired.length,
      forced,
    });
    // The return first: then what follows the invocation is still in the list.
    if (this.#schedule.required[operation] === 1) this.#list.remove(returnNode(operation));
    this.#list.remove(callNode(operation));
    this.#step = this.#steps.add(operation, this.#step);
    this.#state = to.state;
    this.#id = to.id;
    this.#floor = to.floor;
    const reached = this.#reached[to.id];
    const since = this.#schedule.times[to.floor] ?? 0;
    if (reached !== undefined && since < reached.since) reached.since = since;
  }

  /** Undoes steps until there is something else to try; the entry to go on from, or undefined where nothing is left, or no budget. */
  #goBack(): number | undefined {
    for (let frame = this.#frames.pop(); frame !== undefined; frame = this.#frames.pop()) {
      const { operation, choices, nextChoice, forced } = frame;
      for (let at = this.#expired.length; at > frame.expiredBefore; at -= 1)
        this.#list.restore(this.#expired.pop() ?? 0);
      this.#list.restore(callNode(operation));
      if (this.#schedule.required[operation] === 1) this.#list.restore(returnNode(operation));
      this.#configuration.giveBack(operation);
      this.#state = frame.stateBefore;
      this.#id = frame.idBefore;
      this.#floor = frame.floorBefore;
      this.#step = frame.stepBefore;
      if (forced) continue;
      if (this.#tryChoices(operation, choices, nextChoice, false)) return this.#begin();
      return this.#list.after(callNode(operation));
    }
    return undefined;
  }

  #noteStuck(node: number): void {
    if (node === 0) return;
    const operation = operationOf(node);
    const place = this.#schedule.endPlace[operation] ?? 0;
    if (place < this.#stuckPlace) return;
    if (place > this.#stuckPlace) {
      this.#stuckPlace = place;
      this.#stuckOperation = operation;
      this.#stuckStep = this.#step;
      this.#stuckStates = new Map();
    }
    if (this.#stuckStates.size < STATES_KEPT) this.#stuckStates.set(this.#id, this.#state);
  }

  #idOf(state: State): number {
    const identity = this.#specification.identify(state);
    const known = this.#ids.get(identity);
    if (known !== undefined) return known;
    this.#ids.set(identity, this.#ids.size);
    this.#reached.push({ state, since: Number.POSITIVE_INFINITY });
    return this.#ids.size - 1;
  }
}

/** All steps ever taken, each with the one before it: any path can be told afterwards. Step 0 is the beginning. */
class StepTree {
  readonly #operation: number[] = [-1];
  readonly #before: number[] = [-1];

  add(operation: number, before: number): number {
    this.#operation.push(operation);
    return this.#before.push(before) - 1;
  }

  pathTo(step: number): number[] {
    const path: number[] = [];
    for (let at = step; at > 0; at = this.#before[at] ?? 0) path.push(this.#operation[at] ?? 0);
    return path.toReversed();
  }
}
