import { HistoryError, type Operation } from './operation.ts';

/** One line of an event log, in the order in which things happened. `process` does one thing at a time. */
export type HistoryEvent<Input, Output> =
  | { readonly type: 'invoke'; readonly process: string | number; readonly input: Input; readonly at?: number }
  /** The answer came: it happened. */
  | { readonly type: 'return'; readonly process: string | number; readonly output: Output; readonly at?: number }
  /** It certainly did not happen: refused before it was sent. */
  | { readonly type: 'fail'; readonly process: string | number; readonly at?: number }
  /** Nobody knows. The process may go on with the next operation, while this one may still take effect at any time. */
  | { readonly type: 'unknown'; readonly process: string | number; readonly at?: number };

/**
 * Turns an event log into a history. Times are the events' places in the log, so that only their order counts; `at` is ignored here
 * (give times of a clock to {@link Operation} directly). What is still open at the end of the log is unknown.
 *
 * @throws HistoryError where an answer has no invocation or a process invokes twice without an answer between.
 */
export function historyOfEvents<Input, Output>(
  events: readonly HistoryEvent<Input, Output>[],
): Operation<Input, Output>[] {
  const open = new Map<string | number, { readonly input: Input; readonly invokedAt: number }>();
  const history: Operation<Input, Output>[] = [];
  for (const [index, event] of events.entries()) {
    const client = event.process;
    const call = open.get(client);
    if (event.type === 'invoke') {
      if (call !== undefined)
        throw new HistoryError(`Event ${index}: ${client} invokes while its last operation is still open.`, index);
      open.set(client, { input: event.input, invokedAt: index });
      continue;
    }
    if (call === undefined) throw new HistoryError(`Event ${index}: ${client} ends what it never began.`, index);
    open.delete(client);
    if (event.type === 'return')
      history.push({ client, ...call, outcome: 'returned', output: event.output, returnedAt: index });
    else if (event.type === 'unknown') history.push({ client, ...call, outcome: 'unknown' });
  }
  for (const [client, call] of open) history.push({ client, ...call, outcome: 'unknown' });
  return history.sort((a, b) => a.invokedAt - b.invokedAt);
}
