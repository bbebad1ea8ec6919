/** CRC-32C (Castagnoli), the checksum of etcd's hashes and of the records of our own store. */
const table: Uint32Array = buildTable();

function buildTable(): Uint32Array {
  const built = new Uint32Array(256);
  for (let i = 0; i < 256; i += 1) {
    let value = i;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    built[i] = value >>> 0;
  }
  return built;
}

/** The checksum of `bytes`, unsigned. Pass the checksum so far as `seed` to go on from it. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed;
  for (let i = 0; i < bytes.length; i += 1) crc = (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
