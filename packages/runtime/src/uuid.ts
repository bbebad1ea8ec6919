/** Two hexadecimal digits of each byte. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The version-4 UUID made of 16 random bytes, lower case (RFC 9562 §5.4). */
export function uuidFromBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < 16; at += 1) {
    let byte = bytes[at] ?? 0;
    if (at === 6) byte = (byte & 0x0f) | 0x40;
    if (at === 8) byte = (byte & 0x3f) | 0x80;
    if (at === 4 || at === 6 || at === 8 || at === 10) text += '-';
    text += HEX[byte];
  }
  return text;
}
