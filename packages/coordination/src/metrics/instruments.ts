import type { InstrumentOptions, MeterLike, MetricAttributes } from './meter.ts';

/** One instrument, for documents and dashboards. */
export interface InstrumentDescription extends Pick<InstrumentOptions, 'description' | 'unit'> {
  readonly type: 'counter' | 'histogram' | 'up-down-counter';
  readonly attributes: readonly string[];
}

/** The name of an instrument. */
export type InstrumentName =
  | 'keelson.lock.acquisitions'
  | 'keelson.lock.wait.duration'
  | 'keelson.lock.hold.duration'
  | 'keelson.lock.waiting'
  | 'keelson.lock.losses'
  | 'keelson.lock.breaks'
  | 'keelson.election.campaigns'
  | 'keelson.election.wait.duration'
  | 'keelson.election.lead.duration'
  | 'keelson.election.losses'
  | 'keelson.group.joins'
  | 'keelson.group.losses'
  | 'keelson.group.suspicions'
  | 'keelson.barrier.passes'
  | 'keelson.barrier.wait.duration'
  | 'keelson.barrier.losses'
  | 'keelson.event.publishes'
  | 'keelson.event.publish.duration'
  | 'keelson.event.deliveries'
  | 'keelson.event.missed'
  | 'keelson.event.delivery.lag'
  | 'keelson.store.operations'
  | 'keelson.store.operation.duration'
  | 'keelson.store.session.losses'
  | 'keelson.store.watch.restarts'
  | 'keelson.store.watch.interruptions';

/** From a hit in memory to half an hour in a queue, in seconds. */
const DURATION_BOUNDARIES: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800,
];

const counter = (unit: string, attributes: readonly string[], description: string): InstrumentDescription => ({
  type: 'counter',
  unit,
  attributes,
  description,
});
const duration = (attributes: readonly string[], description: string): InstrumentDescription => ({
  type: 'histogram',
  unit: 's',
  attributes,
  description,
});

/**
 * Every metric that a process which coordinates writes, by OpenTelemetry name. `outcome` is `ok` or the code of an error; `kind` is `lock` or `semaphore`;
 * `error.type` the code of why something was lost.
 */
export const coordinationInstruments: Readonly<Record<InstrumentName, InstrumentDescription>> = {
  'keelson.lock.acquisitions': counter(
    '{acquisition}',
    ['kind', 'outcome'],
    'Locks and permits asked for and what came of it.',
  ),
  'keelson.lock.wait.duration': duration(['kind'], 'Time from asking for a lock or permit to having it.'),
  'keelson.lock.hold.duration': duration(['kind'], 'Time that a lock or permit was held.'),
  'keelson.lock.waiting': {
    type: 'up-down-counter',
    unit: '{call}',
    attributes: ['kind'],
    description: 'Calls of this process that wait for a lock or permit.',
  },
  'keelson.lock.losses': counter(
    '{loss}',
    ['kind', 'error.type'],
    'Locks and permits that ended otherwise than by being given back.',
  ),
  'keelson.lock.breaks': counter(
    '{break}',
    ['kind'],
    'Locks and permits that an operator broke while this process held them.',
  ),
  'keelson.election.campaigns': counter('{campaign}', ['outcome'], 'Campaigns and what came of them.'),
  'keelson.election.wait.duration': duration([], 'Time from standing for election to winning it.'),
  'keelson.election.lead.duration': duration([], 'Time that this process led.'),
  'keelson.election.losses': counter('{loss}', ['error.type'], 'Leads that ended otherwise than by resigning.'),
  'keelson.group.joins': counter('{join}', ['outcome'], 'Attempts to join a group and what came of them.'),
  'keelson.group.losses': counter('{loss}', ['error.type'], 'Memberships that ended otherwise than by leaving.'),
  'keelson.group.suspicions': counter('{report}', ['report'], 'Reports of suspicion, by what they say.'),
  'keelson.barrier.passes': counter('{pass}', ['outcome'], 'Attempts to pass a barrier and what came of them.'),
  'keelson.barrier.wait.duration': duration([], 'Time from entering a barrier to having passed it.'),
  'keelson.barrier.losses': counter(
    '{loss}',
    ['error.type'],
    'Rounds of a barrier that this process dropped out of before it left.',
  ),
  'keelson.event.publishes': counter('{event}', ['outcome'], 'Events published and what came of it.'),
  'keelson.event.publish.duration': duration([], 'Time to publish an event.'),
  'keelson.event.deliveries': counter('{event}', [], 'Events given to subscribers.'),
  'keelson.event.missed': counter('{event}', [], 'Events that were trimmed before a subscriber came to them.'),
  'keelson.event.delivery.lag': duration(
    [],
    "Time from an event's publishing, by its publisher's wall clock, to its delivery.",
  ),
  'keelson.store.operations': counter('{call}', ['operation', 'outcome'], 'Calls of the store and what came of them.'),
  'keelson.store.operation.duration': duration(['operation'], 'Time of a call of the store.'),
  'keelson.store.session.losses': counter(
    '{session}',
    ['error.type'],
    'Sessions that ended otherwise than by being closed.',
  ),
  'keelson.store.watch.restarts': counter(
    '{restart}',
    ['reason'],
    'Times that a watch had to begin anew with a snapshot.',
  ),
  'keelson.store.watch.interruptions': counter('{interruption}', [], 'Times that a watch lost its connection.'),
};

/** Where measurements go. */
export interface Measures {
  /** Adds to a counter. */
  count(name: InstrumentName, attributes?: MetricAttributes, amount?: number): void;
  /** Records a duration, given in milliseconds and exported in seconds. */
  time(name: InstrumentName, durationMs: number, attributes?: MetricAttributes): void;
}

/** Makes every instrument on a meter. */
export function measuresOn(meter: MeterLike): Measures {
  const counters = new Map<string, { add(value: number, attributes: MetricAttributes): void }>();
  const histograms = new Map<string, { record(value: number, attributes: MetricAttributes): void }>();
  for (const [name, { type, unit, description }] of Object.entries(coordinationInstruments)) {
    if (type === 'counter') counters.set(name, meter.createCounter(name, { unit, description }));
    else if (type === 'up-down-counter') counters.set(name, meter.createUpDownCounter(name, { unit, description }));
    else {
      const advice = { explicitBucketBoundaries: [...DURATION_BOUNDARIES] };
      histograms.set(name, meter.createHistogram(name, { unit, description, advice }));
    }
  }
  return {
    count: (name, attributes = {}, amount = 1) => counters.get(name)?.add(amount, attributes),
    time: (name, durationMs, attributes = {}) => histograms.get(name)?.record(durationMs / 1_000, attributes),
  };
}
