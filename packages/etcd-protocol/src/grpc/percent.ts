import { Buffer } from 'node:buffer';

const plain = /^[\x20-\x24\x26-\x7e]*$/;

/** A status message as the header `grpc-message` carries it: UTF-8, every byte outside printable ASCII and `%` itself as %XX. */
export function encodeGrpcMessage(message: string): string {
  if (plain.test(message)) return message;
  let encoded = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    const printable = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += printable ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** The message of a `grpc-message` header. What is not a valid escape stays as it is, as the specification wants. */
export function decodeGrpcMessage(header: string): string {
  return header.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
