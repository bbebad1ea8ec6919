const DAY_MS = 86_400_000;

interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

/** Civil date of a count of days since 1970-01-01 (proleptic Gregorian, UTC). Eras of 400 years begin on 1 March. */
function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
}

function parts(wallMs: number): DateParts {
  const whole = Math.floor(wallMs);
  const days = Math.floor(whole / DAY_MS);
  const rest = whole - days * DAY_MS;
  return {
    ...civil(days),
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    ms: rest % 1000,
  };
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** `2026-07-09T10:11:12:345`, UTC; note the colon before the milliseconds. Used in a participant's history. */
export function formatHistoryTime(wallMs: number): string {
  const at = parts(wallMs);
  const date = `${pad(at.year, 4)}-${pad(at.month, 2)}-${pad(at.day, 2)}`;
  return `${date}T${pad(at.hour, 2)}:${pad(at.minute, 2)}:${pad(at.second, 2)}:${pad(at.ms, 3)}`;
}

/** `2026-07-09-10:11:12`, UTC. Used in the controllers' history. */
export function formatControllerTime(wallMs: number): string {
  const at = parts(wallMs);
  const date = `${pad(at.year, 4)}-${pad(at.month, 2)}-${pad(at.day, 2)}`;
  return `${date}-${pad(at.hour, 2)}:${pad(at.minute, 2)}:${pad(at.second, 2)}`;
}

/** `{A=1, B=2}`: how Java prints a map, in which form Helix keeps lines of history. */
export function formatJavaMap(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')}}`;
}

/** Reads a line of {@link formatJavaMap} as Helix does: split at ", " and at the first "=". */
export function parseJavaMap(line: string): Readonly<Record<string, string>> {
  const inner = line.replace(/^\{/, '').replace(/\}$/, '');
  if (inner === '') return {};
  return Object.fromEntries(
    inner.split(', ').map((pair) => {
      const cut = pair.indexOf('=');
      return cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)];
    }),
  );
}
