import type { Random } from './clock.ts';
import { uuidFromBytes } from './uuid.ts';

/** Spreads a small seed over 32 bits; neighbouring seeds give unrelated states (SplitMix32). */
function splitMix(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** 32 random bits a call, period at least 2^32 (sfc32: small, fast, passes PractRand). */
function sfc32(seed: number): () => number {
  const next = splitMix(seed);
  let a = next();
  let b = next();
  let c = next();
  let counter = 1;
  return () => {
    const result = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + result) >>> 0;
    return result;
  };
}

/** The same numbers for the same seed, on every machine. Not for secrets. */
export function seededRandom(seed: number): Random {
  const bits = sfc32(seed);
  for (let warmUp = 0; warmUp < 12; warmUp += 1) bits();
  const next = (): number => ((bits() >>> 5) * 0x4000000 + (bits() >>> 6)) / 0x20000000000000;
  const bytes = (length: number): Uint8Array => {
    const drawn = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) drawn[at] = bits() >>> 24;
    return drawn;
  };
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    uuid: () => uuidFromBytes(bytes(16)),
    bytes,
  };
}
