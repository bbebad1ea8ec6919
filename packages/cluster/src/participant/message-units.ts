import type { Comparison, Operation } from '@keelson/store';
import { type ClusterPaths, encodeRecord, type Message } from '../model/index.ts';
import type { CurrentStateBook } from './current-state-book.ts';
import type { IncomingMessage, Verdict } from './intake.ts';

/** A message taken up and the partitions it moves. */
export interface Accepted {
  readonly incoming: IncomingMessage;
  readonly partitions: readonly string[];
}

/** Writes that belong together. Units are put together into transactions. */
export interface Unit {
  readonly operations: readonly Operation[];
  /** What must hold for it: that its message was not withdrawn. */
  readonly condition?: Comparison;
  /** What begins once it is written. */
  readonly accepted?: Accepted;
}

/** What the writes about messages depend on. */
export interface UnitContext {
  readonly paths: ClusterPaths;
  readonly instance: string;
  readonly session: string;
  /** Wall time in milliseconds. */
  readonly nowMs: number;
  readonly book: CurrentStateBook;
}

/** The writes that follow from a verdict. A message accepted is preceded by the current state that its outcome needs. */
export function unitsOf(verdict: Verdict, context: UnitContext): readonly Unit[] {
  const { paths, instance, session, nowMs, book } = context;
  const { incoming } = verdict;
  const { message } = incoming;
  const path = paths.message(instance, message.id);
  // Ids of messages do not come back, so that the version tells whether it is still there.
  const condition = { path, version: incoming.version };
  const put = (changed: Message): Operation => ({ type: 'put', path, value: encodeRecord(changed.record) });
  switch (verdict.type) {
    case 'leave':
      return [];
    case 'drop':
    case 'cancel':
      return [{ operations: [{ type: 'delete', path }] }];
    case 'refuse': {
      const tries = message.retryCount - 1;
      return [{ operations: [put(message.withOutcome(tries <= 0 ? 'unprocessable' : 'new', tries))], condition }];
    }
    case 'accept': {
      const { resource, stateModel, stateModelFactory, bucketSize } = message;
      const head = book.ensure({ resource, stateModel, stateModelFactory, bucketSize });
      const accepted = { incoming, partitions: verdict.partitions };
      return [
        ...(head.length === 0 ? [] : [{ operations: head }]),
        { operations: [put(message.withRead(session, nowMs))], condition, accepted },
      ];
    }
  }
}

/** Splits units so that each group, with the guard of its writer, has at most `most` operations and comparisons. */
export function groupUnits(units: readonly Unit[], most: number): readonly (readonly Unit[])[] {
  const groups: Unit[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const unit of units) {
    if (size + unit.operations.length >= most) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(unit);
    size += unit.operations.length;
  }
  return groups;
}
