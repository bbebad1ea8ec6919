import { Http2Error, Http2Violation } from './frame.ts';

/**
 * Lengths in bits of the codes of bytes 0 to 255 (RFC 7541, appendix B). The code is canonical: codes of one length count upwards in order of their bytes,
 * so the lengths are all there is to know. The end marker is thirty ones.
 */
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26,
];

const END_MARKER = 256;

/**
 * A binary tree in one array: node n has its children at 2n and 2n + 1. A positive entry is the next node, a negative one the byte
 * -entry - 1, and 0 is no code.
 */
const tree = buildTree();

function buildTree(): Int16Array {
  const nodes = new Int16Array(2 * 512);
  let used = 1;
  const insert = (symbol: number, code: number, length: number): void => {
    let node = 0;
    for (let bit = length - 1; bit >= 0; bit--) {
      const slot = 2 * node + ((code >>> bit) & 1);
      if (bit === 0) nodes[slot] = -symbol - 1;
      else {
        if (nodes[slot] === 0) {
          nodes[slot] = used;
          used += 1;
        }
        node = nodes[slot] as number;
      }
    }
  };
  let code = 0;
  for (let length = 1; length <= 30; length++) {
    code <<= 1;
    for (let symbol = 0; symbol < codeLengths.length; symbol++) {
      if (codeLengths[symbol] !== length) continue;
      insert(symbol, code, length);
      code += 1;
    }
  }
  insert(END_MARKER, 0x3fff_ffff, 30);
  return nodes;
}

/** Decodes a Huffman-coded string of HPACK into one byte per code unit. Throws COMPRESSION_ERROR where it is none. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let node = 0;
  let pendingBits = 0;
  let onlyOnes = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    for (let bit = 7; bit >= 0; bit--) {
      const one = (byte >>> bit) & 1;
      const next = tree[2 * node + one] as number;
      pendingBits += 1;
      onlyOnes &&= one === 1;
      if (next > 0) {
        node = next;
        continue;
      }
      if (next === 0 || next === -END_MARKER - 1) throw compressionError('a Huffman code is unknown');
      text += String.fromCharCode(-next - 1);
      node = 0;
      pendingBits = 0;
      onlyOnes = true;
    }
  }
  // What is left over fills the last byte: fewer than eight ones.
  if (pendingBits > 7 || !onlyOnes) throw compressionError('a Huffman string ends inside a code');
  return text;
}

/** The violation of a header block that cannot be read. */
export function compressionError(what: string): Http2Violation {
  return new Http2Violation(Http2Error.compressionError, `malformed header block: ${what}`);
}
