/** Delay before try number `attempt` (the first is 1) to reach the server again, in milliseconds. `chance` is in [0, 1). */
export function reconnectDelayMs(attempt: number, chance: number, serverRetryMs?: number): number {
  const baseMs = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  // Full delay less up to a half: many consoles must not return to a restarted server in one instant.
  const jittered = baseMs * (1 - chance / 2);
  return Math.round(attempt === 1 && serverRetryMs !== undefined ? Math.min(serverRetryMs, baseMs) : jittered);
}

const FIRST_MS = 500;
const LONGEST_MS = 10_000;
