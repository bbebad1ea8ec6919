import type { Clock, Random, Timers } from './clock.ts';
import type { Logger } from './logger.ts';
import type { Tracer } from './tracer.ts';

/** Everything a service takes from the outside world besides its store. Pass one object; never reach for globals. */
export interface Runtime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly tracer: Tracer;
}
