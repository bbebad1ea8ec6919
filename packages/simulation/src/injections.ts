import type { LinkEffect } from '@keelson/store/memory';
import type { Fault } from './fault.ts';

/** What befell a world: each kind of fault that took hold, and each thing that happened to a message because of one. */
export type Injection = Fault['kind'] | 'partition to-store' | 'partition from-store' | LinkEffect;

/** How often each took hold. A fault that struck what was down already, or lost a reply that was never sent, is not counted. */
export type InjectionCounts = Readonly<Partial<Record<Injection, number>>>;

/** What shows that a fault of a kind took hold, where striking alone does not: a reply has to be lost, a message blocked. */
const EVIDENCE: Partial<Record<Fault['kind'], LinkEffect>> = {
  'lose-replies': 'reply-lost',
  'drop-requests': 'request-dropped',
  'hold-watches': 'event-held',
  partition: 'message-blocked',
};

/** Counts what took hold. */
export class Injections {
  readonly #counts: Partial<Record<Injection, number>> = {};

  get counts(): InjectionCounts {
    return this.#counts;
  }

  add(what: Injection, count = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + count;
  }
}

/** The counts of several runs together. */
export function sumOfInjections(all: Iterable<InjectionCounts>): InjectionCounts {
  const sum = new Injections();
  for (const counts of all) for (const [what, count] of Object.entries(counts)) sum.add(what as Injection, count);
  return sum.counts;
}

/** The kinds of faults that never took hold. */
export function neverInjected(kinds: Iterable<Fault['kind']>, counts: InjectionCounts): Fault['kind'][] {
  return [...new Set(kinds)].filter(
    (kind) => (counts[kind] ?? 0) === 0 || counts[EVIDENCE[kind] ?? kind] === undefined,
  );
}
