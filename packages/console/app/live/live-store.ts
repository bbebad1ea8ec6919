import { reduceLive } from './live-reducer.ts';
import { initialLiveState, type LiveAction, type LiveState } from './live-state.ts';

/** Holds the live state of one cluster and tells its readers of each change. */
export interface LiveStore {
  readonly get: () => LiveState;
  readonly dispatch: (action: LiveAction) => void;
  /** Returns how to end it. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A store around the pure reducer. */
export function createLiveStore(): LiveStore {
  let state = initialLiveState;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    dispatch(action) {
      state = reduceLive(state, action);
      for (const listener of listeners) {
        listener();
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
