import type { Operation } from './operation.ts';

/** One operation under way. Exactly one of the three ends it; a second one does nothing, one that never ends is unknown. */
export interface OpenOperation<Output> {
  /** The answer came. */
  returned(output: Output): void;
  /** It certainly did not happen: it is forgotten. */
  failed(): void;
  /** Nobody knows whether it happened, nor whether it still will. */
  unknown(): void;
}

/** Writes a history down as it happens. */
export interface HistoryRecorder<Input, Output> {
  /** Call it before the request leaves. */
  invoke(client: string | number, input: Input): OpenOperation<Output>;
  /** Records one call whole: its answer, or `unknown` when it throws (the error goes on), unless `happened` says that it certainly did not. */
  call(
    client: string | number,
    input: Input,
    run: () => Promise<Output>,
    happened?: (error: unknown) => 'no' | 'unknown',
  ): Promise<Output>;
  /** What has been recorded so far, by invocation. What is still open counts as unknown. */
  history(): Operation<Input, Output>[];
}

type Entry<Input, Output> = {
  client: string | number;
  input: Input;
  invokedAt: number;
  end?: { readonly output: Output; readonly at: number };
};

/**
 * A recorder for clients that run in one process.
 *
 * @param now - The clock of the history. By default a counter: exact about the order, silent about durations. With a monotonic clock the
 * picture shows durations, but two events of one tick count as concurrent, so that a coarse clock lets more histories pass.
 * @example
 * const recorder = historyRecorder<RegisterInput<number>, RegisterOutput<number>>();
 * await recorder.call('client-1', { op: 'read' }, async () => ({ value: await register.read() }));
 */
export function historyRecorder<Input, Output>(now?: () => number): HistoryRecorder<Input, Output> {
  let count = 0;
  const time =
    now ??
    (() => {
      count += 1;
      return count;
    });
  const entries = new Set<Entry<Input, Output>>();
  const invoke = (client: string | number, input: Input): OpenOperation<Output> => {
    const entry: Entry<Input, Output> = { client, input, invokedAt: time() };
    entries.add(entry);
    let open = true;
    const close = (end: () => void) => () => {
      if (open) end();
      open = false;
    };
    return {
      returned: (output) => close(() => (entry.end = { output, at: time() }))(),
      failed: close(() => entries.delete(entry)),
      unknown: close(() => {}),
    };
  };
  return {
    invoke,
    async call(client, input, run, happened = () => 'unknown') {
      const operation = invoke(client, input);
      try {
        const output = await run();
        operation.returned(output);
        return output;
      } catch (error) {
        if (happened(error) === 'no') operation.failed();
        else operation.unknown();
        throw error;
      }
    },
    history: () =>
      [...entries].map(({ client, input, invokedAt, end }) =>
        end === undefined
          ? { client, input, invokedAt, outcome: 'unknown' }
          : { client, input, invokedAt, outcome: 'returned', output: end.output, returnedAt: end.at },
      ),
  };
}
