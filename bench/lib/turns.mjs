/** Closed loops by several loads in turns: short slices, so that whatever else the machine does falls on all of them alike. */

/** So many operations have what is hot compiled. */
const WARM_OPERATIONS = 40_000;
const WARM_SLICE_MS = 500;
const WARM_LIMIT_MS = 20_000;

/** Runs a load, a hundred in flight, until its code is compiled. */
export async function warmUp(load, operation) {
  let operations = 0;
  for (let ms = 0; operations < WARM_OPERATIONS && ms < WARM_LIMIT_MS; ms += WARM_SLICE_MS)
    operations += (await load.run(`${operation} 100 ${WARM_SLICE_MS}`, WARM_SLICE_MS)).operations;
}

/**
 * One operation at one depth by every load, in slices.
 *
 * @returns {Promise<Map<string, { perSecond: number, cpuMicroseconds: number }>>} by name of load; the CPU time is that of one operation
 */
export async function inTurns(loads, { operation, inFlight, slices }) {
  // Many in flight need a while to be under way and to end.
  const sliceMs = inFlight === 1 ? 200 : 500;
  const sums = new Map(loads.map(({ name }) => [name, { operations: 0, seconds: 0, cpuMicroseconds: 0 }]));
  for (let slice = 0; slice < slices; slice += 1)
    // Whoever comes after another finds what that one left behind: the order changes from slice to slice.
    for (const load of loads.map((_, index) => loads[(index + slice) % loads.length])) {
      const figures = await load.run(`${operation} ${inFlight} ${sliceMs}`, sliceMs);
      const sum = sums.get(load.name);
      for (const key of Object.keys(sum)) sum[key] += figures[key];
    }
  return new Map(
    [...sums].map(([name, { operations, seconds, cpuMicroseconds }]) => [
      name,
      { perSecond: operations / seconds, cpuMicroseconds: cpuMicroseconds / operations },
    ]),
  );
}
