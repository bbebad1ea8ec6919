import { Buffer } from 'node:buffer';

/**
 * Encodes headers as literals that enter no table: what the two sides keep of each other then never depends on what we sent, and
 * a block that is sent often can be encoded once. Names lower case, values one byte per code unit.
 */
export function encodeHeaderBlock(headers: Readonly<Record<string, string>>): Buffer {
  const pieces: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) pieces.push(Buffer.from([0]), literal(name), literal(value));
  return Buffer.concat(pieces);
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodeInteger(bytes.length), bytes]);
}

/** An integer with seven bits in its first byte. */
function encodeInteger(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
