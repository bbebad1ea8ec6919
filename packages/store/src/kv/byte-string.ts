import type { ByteString } from './backend.ts';

const ASCII = /^[\x20-\x7e]*$/;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of `text`, one per code unit. */
export function utf8ByteString(text: string): ByteString {
  if (ASCII.test(text)) return text;
  let bytes = '';
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** The text whose UTF-8 bytes these are; `undefined` where they are no UTF-8. */
export function textOfUtf8(bytes: ByteString): string | undefined {
  if (ASCII.test(bytes)) return bytes;
  try {
    return strictDecoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** Orders texts by their UTF-8 bytes. Negative, 0 or positive. */
export function compareUtf8(a: string, b: string): number {
  const [left, right] = [utf8ByteString(a), utf8ByteString(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
