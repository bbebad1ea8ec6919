import { DROPPED_STATE, replicaFields, simpleField } from '../model/index.ts';
import type { ReplicaDelta } from './current-state-book.ts';
import type { IncomingMessage } from './intake.ts';
import type { Replica, RunningTransition } from './replica-table.ts';
import type { TransitionResult } from './transition-runner.ts';

/** A transition that has ended. */
export interface EndedTransition {
  readonly replica: Replica;
  readonly running: RunningTransition;
  readonly result: TransitionResult;
}

/** What the current state says of a replica after a transition that `incoming` asked for. */
export function deltaOf({ replica, running, result }: EndedTransition, incoming: IncomingMessage): ReplicaDelta {
  const { resource, partition } = replica;
  if (result.state === DROPPED_STATE) return { resource, partition, fields: undefined };
  const { message, revision } = incoming;
  const fields = replicaFields({
    state: result.state ?? running.from,
    previousState: running.from,
    startedMs: result.startedMs,
    endedMs: result.endedMs,
    triggeredBy: simpleField(message.record, 'RELAY_FROM') ?? message.sourceName,
    info: result.error === undefined ? '' : describe(result.error),
    fencingToken: revision,
  });
  return { resource, partition, fields };
}

/** One line for INFO, where the operator looks first. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
