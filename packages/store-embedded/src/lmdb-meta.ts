import type { PageReader } from './page-reader.ts';

// The layout of LMDB's meta pages, as liblmdb's mdb.c has it for data version 2 on 64-bit little-endian machines.
const META_FLAG = 0x08;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const META_BYTES = 168;
const FLAGS_AT = 18;
const MAGIC_AT = 24;
const VERSION_AT = 28;
const PAGE_SIZE_AT = 48;
const FREE_TREE_AT = 48;
const MAIN_TREE_AT = 96;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const DEPTH_OFFSET = 6;
const ROOT_OFFSET = 40;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/** A tree of pages; `root` undefined where it is empty. */
export interface LmdbTree {
  readonly root: number | undefined;
  readonly depth: number;
}

/** What the newest meta page says. */
export interface LmdbMeta {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly free: LmdbTree;
  readonly main: LmdbTree;
}

/** The newest of the two meta pages; a sentence where there is none that can be trusted. */
export function readMeta(reader: PageReader): LmdbMeta | string {
  const first = reader.read(0, META_BYTES);
  if (first === undefined) return `its file has only ${reader.sizeBytes} bytes`;
  const wrong = whatIsWrong(first);
  if (wrong !== undefined) return wrong;
  const pageSize = first.readUInt32LE(PAGE_SIZE_AT);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return 'its page size is impossible';
  const second = reader.read(pageSize, META_BYTES);
  if (second === undefined) return 'its file ends within the first two pages';
  const wrongToo = whatIsWrong(second);
  if (wrongToo !== undefined) return wrongToo;
  const newest = first.readBigUInt64LE(TRANSACTION_AT) >= second.readBigUInt64LE(TRANSACTION_AT) ? first : second;
  return {
    pageSize,
    lastPage: Number(newest.readBigUInt64LE(LAST_PAGE_AT)),
    free: treeAt(newest, FREE_TREE_AT),
    main: treeAt(newest, MAIN_TREE_AT),
  };
}

function whatIsWrong(meta: Buffer): string | undefined {
  if ((meta.readUInt16LE(FLAGS_AT) & META_FLAG) === 0 || meta.readUInt32LE(MAGIC_AT) !== MAGIC)
    return 'its file is not an LMDB file, or its first pages were overwritten';
  return meta.readUInt16LE(VERSION_AT) === DATA_VERSION ? undefined : 'its file is of another version of LMDB';
}

function treeAt(meta: Buffer, at: number): LmdbTree {
  const root = meta.readBigUInt64LE(at + ROOT_OFFSET);
  return { root: root === NO_PAGE ? undefined : Number(root), depth: meta.readUInt16LE(at + DEPTH_OFFSET) };
}
