/** What a signal calls before it tells. */
const LOOK: unique symbol = Symbol('keelson.look');

type LookingSignal = AbortSignal & { readonly [LOOK]: () => unknown };

function told(signal: LookingSignal, name: 'aborted' | 'reason'): unknown {
  signal[LOOK]();
  return Reflect.get(AbortSignal.prototype, name, signal);
}

/** The same for all signals: functions of its own for each would give each signal a shape of its own, which costs several times as much. */
const looking: PropertyDescriptorMap & ThisType<LookingSignal> = {
  aborted: {
    get() {
      return told(this, 'aborted');
    },
  },
  reason: {
    get() {
      return told(this, 'reason');
    },
  },
  throwIfAborted: {
    value() {
      if (this.aborted) throw this.reason;
    },
  },
};

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
  Object.defineProperty(signal, LOOK, { value: look });
  return Object.defineProperties(signal, looking);
}
