/** Wall time for people, in the time zone of the machine and to the second: `2026-03-01 14:05:09`; `-` where there is none. */
export function timeText(wallMs: number | null): string {
  if (wallMs === null || wallMs <= 0) return '-';
  // The Swedish form of a date is the sortable one.
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' }).format(wallMs);
}
