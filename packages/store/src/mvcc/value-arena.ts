/** Size of a slab, in bytes. Larger wastes more at the end of each slab, smaller costs more objects. */
const SLAB_BYTES = 1 << 20;
/** Size of the first slab, in bytes. Each further one is twice as large, up to `SLAB_BYTES`: a small store stays small. */
const FIRST_SLAB_BYTES = 1 << 14;
/** A value at least this large, in bytes, gets a slab of its own, so that little of a shared one is wasted. */
const OWN_SLAB_BYTES = SLAB_BYTES >> 3;
/** Holes, in bytes, below which moving values is not worth the while. */
const TOLERATED_HOLES_BYTES = 2 * SLAB_BYTES;
/** Share of holes above which values are moved: a lower one saves memory and moves more often. */
const TOLERATED_HOLES = 0.25;

const EMPTY = new Uint8Array(0);

/** A block of memory that holds values end to end. Bytes once written in it never change, so views of it stay valid for ever. */
export interface Slab {
  readonly bytes: Uint8Array;
  used: number;
  live: number;
}

/** Where a value lies. */
export interface ValuePlace {
  slab: Slab | undefined;
  offset: number;
  length: number;
}

/**
 * Memory for values. A hundred thousand small `Uint8Array`s cost several times their bytes in headers and separate allocations;
 * values packed into slabs cost their bytes. A slab is given back when its last value is freed; slabs that are mostly holes are
 * emptied by moving what is left (`relocate`), which the owner does step by step while `wantsEvacuation`.
 */
export class ValueArena {
  readonly #slabs = new Set<Slab>();
  #current: Slab | undefined;
  #nextSlabBytes = FIRST_SLAB_BYTES;
  #allocatedBytes = 0;
  #liveBytes = 0;

  /** Bytes of the values kept, in bytes. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** Bytes held from the system, in bytes. */
  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  /** Whether so much of the memory held is holes that values should be moved. */
  get wantsEvacuation(): boolean {
    const holes = this.#allocatedBytes - this.#liveBytes;
    return holes > TOLERATED_HOLES_BYTES && holes > TOLERATED_HOLES * this.#allocatedBytes;
  }

  /** Copies `value` into the arena and records in `place` where it lies. */
  store(value: Uint8Array, place: ValuePlace): void {
    place.length = value.length;
    if (value.length === 0) {
      place.slab = undefined;
      place.offset = 0;
      return;
    }
    const slab = this.#slabFor(value.length);
    slab.bytes.set(value, slab.used);
    place.slab = slab;
    place.offset = slab.used;
    slab.used += value.length;
    slab.live += value.length;
    this.#liveBytes += value.length;
  }

  /** Gives back the memory of a value. Views of it that are still held stay readable. */
  free(place: ValuePlace): void {
    const slab = place.slab;
    if (slab === undefined) return;
    place.slab = undefined;
    slab.live -= place.length;
    this.#liveBytes -= place.length;
    if (slab.live === 0 && slab !== this.#current) this.#drop(slab);
  }

  /** Moves the value out of its slab where that has many holes. */
  relocate(place: ValuePlace): void {
    const slab = place.slab;
    if (slab === undefined || slab === this.#current || slab.live > (1 - TOLERATED_HOLES) * slab.bytes.length) return;
    const value = valueAt(place);
    this.free(place);
    this.store(value, place);
  }

  #slabFor(length: number): Slab {
    if (length >= OWN_SLAB_BYTES) return this.#allocate(length);
    const current = this.#current;
    if (current !== undefined && current.used + length <= current.bytes.length) return current;
    if (current !== undefined && current.live === 0) this.#drop(current);
    const size = Math.max(this.#nextSlabBytes, length);
    this.#nextSlabBytes = Math.min(2 * this.#nextSlabBytes, SLAB_BYTES);
    this.#current = this.#allocate(size);
    return this.#current;
  }

  #allocate(size: number): Slab {
    const slab: Slab = { bytes: new Uint8Array(size), used: 0, live: 0 };
    this.#slabs.add(slab);
    this.#allocatedBytes += size;
    return slab;
  }

  #drop(slab: Slab): void {
    this.#slabs.delete(slab);
    this.#allocatedBytes -= slab.bytes.length;
  }
}

/** A view of the value at `place`: shared memory, to be read and never written. */
export function valueAt(place: Readonly<ValuePlace>): Uint8Array {
  if (place.slab === undefined) return EMPTY;
  return place.slab.bytes.subarray(place.offset, place.offset + place.length);
}
