/** A length of time as people say it: `2.3 s`, `45 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 0.1) {
    return 'under 0.1 s';
  }
  if (seconds < 9.95) {
    return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  }
  const whole = Math.floor(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const units = [
    [86_400, 'd', 3_600, 'h'],
    [3_600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ] as const;
  for (const [large, largeName, small, smallName] of units) {
    if (whole >= large) {
      const rest = Math.floor((whole % large) / small);
      return `${Math.floor(whole / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
    }
  }
  return `${whole} s`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/** Time of day in the browser's zone: `14:02:11`. */
export function formatTime(wallMs: number): string {
  return clock.format(wallMs);
}

/** Time of day, with the date before it when that is not the day of `nowMs`. */
export function formatWhen(wallMs: number, nowMs: number): string {
  const date = day.format(wallMs);
  return date === day.format(nowMs) ? formatTime(wallMs) : `${date} ${formatTime(wallMs)}`;
}

/** `since 14:02:11 (3 min 12 s)`, or words for an unknown time (0 or null). */
export function formatSince(wallMs: number | null, nowMs: number): string {
  if (wallMs === null || wallMs <= 0) {
    return 'since when is unknown';
  }
  return `since ${formatWhen(wallMs, nowMs)} (${formatDuration(nowMs - wallMs)})`;
}

/** `1 replica`, `12 replicas`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Digits in groups of three: `50,000`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
