import { useEffect, useState } from 'react';
import { useServices } from './services.tsx';

/** Wall time, renewed every `periodMs`, for showing how long something lasts. */
export function useNow(periodMs = 1_000): number {
  const { runtime } = useServices();
  const [nowMs, setNowMs] = useState(() => runtime.clock.wallMs());
  useEffect(() => {
    const timer = runtime.timers.every(periodMs, () => setNowMs(runtime.clock.wallMs()));
    return () => timer.cancel();
  }, [runtime, periodMs]);
  return nowMs;
}
