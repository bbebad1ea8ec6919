const unitsMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
const MAX_DIGITS_VALUE = 99_999_999;

/** A time limit in milliseconds as the header `grpc-timeout`: at most eight digits and a unit, never below what was asked. */
export function encodeGrpcTimeout(timeoutMs: number): string {
  const whole = Math.max(1, Math.ceil(timeoutMs));
  if (whole <= MAX_DIGITS_VALUE) return `${whole}m`;
  const seconds = Math.ceil(whole / 1_000);
  return seconds <= MAX_DIGITS_VALUE ? `${seconds}S` : `${Math.min(MAX_DIGITS_VALUE, Math.ceil(seconds / 3_600))}H`;
}

/** Milliseconds of a `grpc-timeout` header; undefined where it is malformed. */
export function decodeGrpcTimeout(header: string): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(header);
  const unitMs = unitsMs[match?.[2] ?? ''];
  return match === null || unitMs === undefined ? undefined : Number(match[1]) * unitMs;
}
