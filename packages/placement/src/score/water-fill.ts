/** Members that take only so much together. */
export interface ZoneRoom {
  /** Positions in the arrays of `Basin`. */
  readonly members: readonly number[];
  /** At least, as far as its members take it, and at most. */
  readonly least: number;
  readonly cap: number;
}

/**
 * Where an amount is to be poured: per member its share, what it holds already and what it takes from this pour at most.
 * The arrays run in parallel.
 */
export interface Basin {
  readonly share: Float64Array;
  readonly held: Float64Array;
  readonly cap: Float64Array;
  readonly zones: readonly ZoneRoom[];
}

/**
 * Pours `amount` so that the lowest `(held + poured) / share` stands as high as the caps of members and zones allow (max-min
 * fairness). Caps too small for all of it are filled, the rest is left over. Writes what each member gets into `poured`.
 * O(members × 64): the level is found by halving, then set right to the last digit by the members it touches.
 */
export function waterFill(amount: number, basin: Basin, poured: Float64Array): void {
  if (fitsInProportion(amount, basin, poured)) return;
  const top = highestLevel(amount, basin);
  const level = levelFor(amount, top, (at) => {
    let sum = 0;
    for (const zone of basin.zones) sum += within(zone, pouredInto(zone.members, basin, at));
    return sum;
  });
  const open: number[] = [];
  let left = amount;
  for (const zone of basin.zones) {
    const free = pouredInto(zone.members, basin, level);
    const bound = within(zone, free);
    if (Math.abs(free - bound) <= bound * 1e-12) {
      open.push(...zone.members);
      continue;
    }
    const fixed = Math.min(bound, pouredInto(zone.members, basin, top));
    const zoneLevel = levelFor(fixed, top, (at) => pouredInto(zone.members, basin, at));
    settle(fixed, zone.members, basin, zoneLevel, poured);
    left -= fixed;
  }
  settle(left, open, basin, level, poured);
}

const within = ({ least, cap }: ZoneRoom, amount: number): number => Math.min(cap, Math.max(least, amount));

/** Pours in proportion to the shares where nothing stands there yet; tells whether no cap was in the way. */
function fitsInProportion(amount: number, { share, held, cap, zones }: Basin, poured: Float64Array): boolean {
  let shares = 0;
  for (let i = 0; i < share.length; i++) {
    if ((held[i] ?? 0) > 0) return false;
    shares += share[i] ?? 1;
  }
  for (const zone of zones) {
    let sum = 0;
    for (const i of zone.members) {
      const part = (amount * (share[i] ?? 1)) / shares;
      if (part > (cap[i] ?? 0)) return false;
      poured[i] = part;
      sum += part;
    }
    if (sum > zone.cap || sum < zone.least) return false;
  }
  return true;
}

/** A level at which every member is at its cap or holds the whole amount. */
function highestLevel(amount: number, { share, held, cap }: Basin): number {
  let top = 0;
  for (let i = 0; i < share.length; i++) {
    top = Math.max(top, ((held[i] ?? 0) + Math.min(cap[i] ?? 0, amount)) / (share[i] ?? 1));
  }
  return top;
}

/** The lowest level at which `sumAt` reaches `amount`, within the last bits of a double. */
function levelFor(amount: number, top: number, sumAt: (level: number) => number): number {
  let low = 0;
  let high = top;
  for (let i = 0; i < 64 && high - low > high * 1e-14; i++) {
    const middle = (low + high) / 2;
    if (sumAt(middle) < amount) low = middle;
    else high = middle;
  }
  return high;
}

function pouredInto(members: readonly number[], basin: Basin, level: number): number {
  let sum = 0;
  for (const i of members) sum += pouredAt(i, basin, level);
  return sum;
}

const pouredAt = (i: number, { share, held, cap }: Basin, level: number): number =>
  Math.min(cap[i] ?? 0, Math.max(0, level * (share[i] ?? 1) - (held[i] ?? 0)));

/** Writes the members at `level`, the ones between empty and full so that the sum is `amount`. */
function settle(amount: number, members: readonly number[], basin: Basin, level: number, poured: Float64Array): void {
  let full = 0;
  let heldBetween = 0;
  let shareBetween = 0;
  const between: number[] = [];
  for (const i of members) {
    const cap = basin.cap[i] ?? 0;
    const wanted = level * (basin.share[i] ?? 1) - (basin.held[i] ?? 0);
    poured[i] = Math.min(cap, Math.max(0, wanted));
    if (wanted >= cap * (1 - 1e-12)) full += cap;
    else if (wanted > 0) {
      between.push(i);
      heldBetween += basin.held[i] ?? 0;
      shareBetween += basin.share[i] ?? 1;
    }
  }
  if (between.length === 0) return;
  const exact = (amount - full + heldBetween) / shareBetween;
  for (const i of between) {
    const value = exact * (basin.share[i] ?? 1) - (basin.held[i] ?? 0);
    poured[i] = Math.min(basin.cap[i] ?? 0, Math.max(0, value));
  }
}
