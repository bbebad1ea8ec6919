/**
 * Makes a signal look before it tells: reading `aborted` or `reason`, or calling `throwIfAborted`, calls `look` first, which trips the signal where that is
 * due. A signal that a deadline trips tells the truth that way even where the timer of the deadline is late, as after a process was stopped; whoever
 * holds the bare signal need not ask its owner. Listeners are called when it trips, as ever. Gives the same signal.
 *
 * @example
 * const lost = new AbortController();
 * const deadline = deadlineTimer(runtime, untilMs, () => lost.abort());
 * lookFirst(lost.signal, () => deadline.check());
 */
export function lookFirst(signal: AbortSignal, look: () => unknown): AbortSignal {
  const told = (name: 'aborted' | 'reason'): unknown => {
    look();
    return Reflect.get(AbortSignal.prototype, name, signal);
  };
  Object.defineProperties(signal, {
    aborted: { get: () => told('aborted') },
    reason: { get: () => told('reason') },
    throwIfAborted: {
      value: () => {
        if (signal.aborted) throw signal.reason;
      },
    },
  });
  return signal;
}
