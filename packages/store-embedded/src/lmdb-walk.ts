import type { LmdbMeta, LmdbTree } from './lmdb-meta.ts';
import type { PageReader } from './page-reader.ts';

// The layout of LMDB's pages and nodes, as liblmdb's mdb.c has it for data version 2 on 64-bit little-endian machines.
const HEADER_BYTES = 24;
const FLAGS_AT = 18;
const LOWER_AT = 20;
const UPPER_AT = 22;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
const KIND = BRANCH | LEAF | OVERFLOW;
const NODE_BYTES = 8;
const BIG_DATA = 0x01;
const OVERFLOW_REFERENCE_BYTES = 24;

/** Thrown within a walk, with what was found. */
class Damage extends Error {}

/** Called with the data of each entry. */
type VisitEntry = (data: Buffer) => void;

/**
 * Walks every page that the trees of the file refer to and says what is wrong with the first one that cannot be right; `undefined`
 * where all can. LMDB trusts its pages: a number out of bounds in one of them ends the process, and a page that is both free and in
 * use is overwritten later.
 */
export function whatIsWrongWithPages(reader: PageReader, meta: LmdbMeta): string | undefined {
  const walk = new PageWalk(reader, meta);
  try {
    walk.tree(meta.main, () => {});
    const free: Buffer[] = [];
    walk.tree(meta.free, (data) => free.push(data));
    for (const data of free) walk.assertFree(freePages(data));
    return undefined;
  } catch (error) {
    if (error instanceof Damage) return error.message;
    throw error;
  }
}

class PageWalk {
  readonly #reader: PageReader;
  readonly #meta: LmdbMeta;
  readonly #used: Uint8Array;

  constructor(reader: PageReader, meta: LmdbMeta) {
    this.#reader = reader;
    this.#meta = meta;
    // A last page far behind the end of the file is caught when a page there is asked for.
    this.#used = new Uint8Array(Math.ceil(reader.sizeBytes / meta.pageSize) + 1);
  }

  tree(tree: LmdbTree, visit: VisitEntry): void {
    if (tree.root !== undefined) this.#page(tree.root, tree.depth, visit);
  }

  assertFree(pages: Iterable<number>): void {
    for (const page of pages) {
      if (page < 2 || page > this.#meta.lastPage) throw new Damage(`its free list names page ${page}`);
      if (this.#used[page] === 1) throw new Damage(`page ${page} is in its free list, and in use or there twice`);
      this.#used[page] = 1;
    }
  }

  #page(number: number, level: number, visit: VisitEntry): void {
    const page = this.#read(number, 1);
    const kind = page.readUInt16LE(FLAGS_AT) & KIND;
    if (kind !== (level > 1 ? BRANCH : LEAF)) throw new Damage(`page ${number} is of a wrong kind`);
    for (const at of this.#nodes(number, page)) {
      if (kind === BRANCH) this.#page(branchTarget(page, at), level - 1, visit);
      else this.#leafNode(number, page, at, visit);
    }
  }

  /** Offsets of the nodes of a page; all of the node and its key lie within it. */
  #nodes(number: number, page: Buffer): number[] {
    const lower = page.readUInt16LE(LOWER_AT);
    const upper = page.readUInt16LE(UPPER_AT);
    const room = page.length - HEADER_BYTES;
    if (lower % 2 !== 0 || lower === 0 || lower > upper || upper > room)
      throw new Damage(`page ${number} has impossible bounds`);
    const nodes: number[] = [];
    for (let i = 0; i < lower; i += 2) {
      const offset = page.readUInt16LE(HEADER_BYTES + i);
      const at = HEADER_BYTES + offset;
      const fits = offset >= upper && at + NODE_BYTES <= page.length;
      if (!fits || at + NODE_BYTES + page.readUInt16LE(at + 6) > page.length)
        throw new Damage(`page ${number} has an entry outside its bounds`);
      nodes.push(at);
    }
    return nodes;
  }

  #leafNode(number: number, page: Buffer, at: number, visit: VisitEntry): void {
    const size = page.readUInt32LE(at);
    const flags = page.readUInt16LE(at + 4);
    const dataAt = at + NODE_BYTES + page.readUInt16LE(at + 6);
    const inPage = flags === BIG_DATA ? OVERFLOW_REFERENCE_BYTES : size;
    if (flags > BIG_DATA || dataAt + inPage > page.length)
      throw new Damage(`page ${number} has an entry outside its bounds`);
    if (flags !== BIG_DATA) {
      visit(page.subarray(dataAt, dataAt + size));
      return;
    }
    const first = Number(page.readBigUInt64LE(dataAt));
    const pages = Math.ceil((HEADER_BYTES + size) / this.#meta.pageSize);
    const overflow = this.#read(first, pages);
    if ((overflow.readUInt16LE(FLAGS_AT) & KIND) !== OVERFLOW || overflow.readUInt32LE(LOWER_AT) < pages)
      throw new Damage(`page ${first} is of a wrong kind`);
    visit(overflow.subarray(HEADER_BYTES, HEADER_BYTES + size));
  }

  /** Reads pages that nothing else refers to. */
  #read(number: number, count: number): Buffer {
    const { pageSize, lastPage } = this.#meta;
    if (number < 2 || number + count - 1 > lastPage)
      throw new Damage(`it refers to page ${number}, which does not exist`);
    const page = this.#reader.read(number * pageSize, count * pageSize);
    if (page === undefined) throw new Damage(`its file was cut short: page ${number} is missing`);
    if (Number(page.readBigUInt64LE(0)) !== number) throw new Damage(`page ${number} was overwritten`);
    for (let i = number; i < number + count; i += 1) {
      if (this.#used[i] === 1) throw new Damage(`page ${i} is referred to twice`);
      this.#used[i] = 1;
    }
    return page;
  }
}

/** The page a branch entry leads to: 48 bits over the fields a leaf entry has for size and flags. */
function branchTarget(page: Buffer, at: number): number {
  return page.readUIntLE(at, 6);
}

/**
 * The pages of one entry of the free list: a count of words, then the words. A word is a page; 0 is an empty place; -n says that
 * the next word is the first of n pages in a row (lmdb-js's change to liblmdb's midl.c).
 */
function* freePages(data: Buffer): Generator<number> {
  const words = data.length < 8 ? -1 : Number(data.readBigUInt64LE(0));
  if (words < 0 || 8 * (words + 1) > data.length) throw new Damage('its free list cannot be read');
  let run = 1;
  for (let i = 1; i <= words; i += 1) {
    const word = Number(data.readBigInt64LE(8 * i));
    if (word < 0) run = -word;
    if (word <= 0) continue;
    for (let page = word; page < word + run; page += 1) yield page;
    run = 1;
  }
}
