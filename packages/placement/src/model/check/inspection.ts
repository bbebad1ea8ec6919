import { MOST_FAULTS, PlacementError, type PlacementFault } from '../../placement-error.ts';

/**
 * What is being looked at, and what was found wrong so far. The path is kept as a stack of keys and written out only for faults, so
 * that looking at a million sound partitions makes no strings.
 */
export class Inspection {
  readonly #path: (string | number)[] = [];
  readonly #faults: PlacementFault[] = [];
  #more = 0;

  /** Goes into a member or an item of what is being looked at. */
  enter(key: string | number): void {
    this.#path.push(key);
  }

  /** Goes back out. */
  leave(): void {
    this.#path.pop();
  }

  /** Notes a fault of what is being looked at. */
  fault(text: string): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push({ path: pathOf(this.#path), text });
    else this.#more += 1;
  }

  /** Notes a fault of one of its members. */
  faultAt(key: string | number, text: string): void {
    this.enter(key);
    this.fault(text);
    this.leave();
  }

  /** How many faults there are so far. */
  get faults(): number {
    return this.#faults.length + this.#more;
  }

  /** @throws PlacementError with everything found, if anything was. */
  conclude(): void {
    if (this.faults > 0) throw new PlacementError(this.#faults, this.#more);
  }
}

const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;

function pathOf(keys: readonly (string | number)[]): string {
  let path = '';
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`;
    else if (PLAIN_KEY.test(key)) path += path === '' ? key : `.${key}`;
    else path += `[${JSON.stringify(key)}]`;
  }
  return path;
}
