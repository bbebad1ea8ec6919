import type { Random } from '@keelson/runtime';

/** What can befall a world. Times are milliseconds of world time. */
export type Fault =
  /** SIGSTOP, later SIGCONT. */
  | { readonly kind: 'pause'; readonly process: string; readonly lastsMs: number }
  /** SIGKILL, later started anew. */
  | { readonly kind: 'crash'; readonly process: string; readonly lastsMs: number }
  /** Nothing passes, in one direction or both, and nobody is told. */
  | {
      readonly kind: 'partition';
      readonly process: string;
      readonly direction: 'both' | 'to-store' | 'from-store';
      readonly lastsMs: number;
    }
  /** The connection breaks and both ends know. */
  | { readonly kind: 'disconnect'; readonly process: string }
  /** Messages take up to so long, and overtake each other. */
  | { readonly kind: 'slow'; readonly process: string; readonly upToMs: number; readonly lastsMs: number }
  /** The next requests are carried out; their replies are lost. */
  | { readonly kind: 'lose-replies'; readonly process: string; readonly count: number }
  /** The next requests do not arrive. */
  | { readonly kind: 'drop-requests'; readonly process: string; readonly count: number }
  /** A reader that does not keep up. */
  | { readonly kind: 'hold-watches'; readonly process: string; readonly lastsMs: number }
  /** The wall clock is set. */
  | { readonly kind: 'step-clock'; readonly process: string; readonly byMs: number }
  /** Both clocks run faster or slower. */
  | { readonly kind: 'drift'; readonly process: string; readonly rate: number; readonly lastsMs: number }
  | { readonly kind: 'crash-store'; readonly lastsMs: number }
  | { readonly kind: 'pause-store'; readonly lastsMs: number }
  /** The history of the store is forgotten up to now. */
  | { readonly kind: 'compact' };

/** A fault, and when it strikes. */
export type ScheduledFault = Fault & { readonly atMs: number };

/** Every kind of fault. */
export const faultKinds: readonly Fault['kind'][] = [
  'pause',
  'crash',
  'partition',
  'disconnect',
  'slow',
  'lose-replies',
  'drop-requests',
  'hold-watches',
  'step-clock',
  'drift',
  'crash-store',
  'pause-store',
  'compact',
];

/** What faults are drawn from. */
export interface FaultMix {
  /** Who can be struck. */
  readonly processes: readonly string[];
  /** Which kinds; the same kind several times makes it as many times as likely. Default: all. */
  readonly kinds?: readonly Fault['kind'][];
  /** In which time they strike. */
  readonly durationMs: number;
  /** How many there are on average. */
  readonly count: number;
  /** Longest that one lasts. Default 8,000. */
  readonly longestMs?: number;
}

/** How far two clocks may differ in speed before leases are unsafe is 1 %; a drift stays well within it. */
const LARGEST_DRIFT = 0.004;

/** Draws a schedule, ordered by time. */
export function drawFaults(random: Random, mix: FaultMix): readonly ScheduledFault[] {
  const count = random.integer(mix.count * 2 + 1);
  const faults = Array.from({ length: count }, () => drawFault(random, mix));
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function pick<T>(random: Random, list: readonly T[]): T {
  const value = list[random.integer(list.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

function drawFault(random: Random, mix: FaultMix): ScheduledFault {
  const kind = pick(random, mix.kinds ?? faultKinds);
  const atMs = random.integer(mix.durationMs);
  const lastsMs = 1 + random.integer(mix.longestMs ?? 8_000);
  const process = pick(random, mix.processes);
  switch (kind) {
    case 'compact':
      return { kind, atMs };
    case 'crash-store':
    case 'pause-store':
      return { kind, atMs, lastsMs };
    case 'disconnect':
      return { kind, atMs, process };
    case 'lose-replies':
    case 'drop-requests':
      return { kind, atMs, process, count: 1 + random.integer(3) };
    case 'partition':
      return { kind, atMs, process, lastsMs, direction: pick(random, ['both', 'to-store', 'from-store'] as const) };
    case 'slow':
      return { kind, atMs, process, lastsMs, upToMs: 10 + random.integer(1_500) };
    case 'step-clock':
      return { kind, atMs, process, byMs: random.integer(7_200_000) - 3_600_000 };
    case 'drift':
      return { kind, atMs, process, lastsMs, rate: 1 + (random.next() * 2 - 1) * LARGEST_DRIFT };
    default:
      return { kind, atMs, process, lastsMs };
  }
}
