import type { MapValue } from './map-state.ts';

/** One thing to do to one key. */
export type MapAction =
  | { readonly op: 'get'; readonly key: string }
  | { readonly op: 'put'; readonly key: string; readonly value: MapValue }
  | { readonly op: 'delete'; readonly key: string };

/** What a transaction asks of a key before it decides. Each of the fields present must agree. */
export interface MapCompare {
  readonly key: string;
  /** The value it holds; null: it must not exist. */
  readonly value?: MapValue | null;
  /** 0: it must not exist. */
  readonly version?: number;
  /** 0: it must not exist. Only where revisions are followed. */
  readonly createRevision?: number;
  /** 0: it must not exist. Only where revisions are followed. */
  readonly modRevision?: number;
}

/** Compares some keys, then does one thing or the other, all at one moment. A compare-and-put is one with a single compare and put. */
export interface MapTransaction {
  readonly op: 'txn';
  readonly compare: readonly MapCompare[];
  /** Done where all compares agree. */
  readonly then: readonly MapAction[];
  /** Done otherwise. Default: nothing. */
  readonly else?: readonly MapAction[];
}

/** What can be asked of a map. */
export type MapInput = MapAction | MapTransaction;

/** Answer to one action. Of what is optional, only what is there is held against the specification. */
export interface MapResult {
  /** To a get: null where there is no such key. */
  readonly value?: MapValue | null;
  /** To a get of a key that exists. */
  readonly version?: number;
  /** To a get of a key that exists. Looked at only where revisions are followed. */
  readonly createRevision?: number;
  /** To a get of a key that exists. Looked at only where revisions are followed. */
  readonly modRevision?: number;
  /** To a delete: whether there was something to delete. */
  readonly deleted?: boolean;
}

/** What a map answers. */
export interface MapOutput extends MapResult {
  /** To a transaction: whether all compares agreed. */
  readonly succeeded?: boolean;
  /** To a transaction: answers to the actions that were done, in order. */
  readonly results?: readonly MapResult[];
  /** Revision of the map when this took effect (its own, where it changed something). Looked at only where revisions are followed. */
  readonly revision?: number;
}

/** Keys that an input touches. */
export function keysOf(input: MapInput): string | readonly string[] {
  if (input.op !== 'txn') return input.key;
  return [...input.compare, ...input.then, ...(input.else ?? [])].map(({ key }) => key);
}

/** Whether an input can never change anything. */
export function readsOnly(input: MapInput): boolean {
  if (input.op !== 'txn') return input.op === 'get';
  return [...input.then, ...(input.else ?? [])].every(({ op }) => op === 'get');
}
