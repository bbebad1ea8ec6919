import { createSecureContext } from 'node:tls';
import { KeelsonError } from '@keelson/runtime';
import type { TlsIdentity } from '../context.ts';

/** Throws `E_INVALID_ARGUMENT` where certificate and key cannot be read or do not belong together. */
export function assertUsableIdentity({ cert, key }: TlsIdentity): void {
  const attempt = (what: string, material: { cert?: string; key?: string }): void => {
    try {
      createSecureContext(material);
    } catch (cause) {
      throw new KeelsonError('E_INVALID_ARGUMENT', what, { cause });
    }
  };
  attempt('The certificate cannot be read. Give a PEM file with --tls-cert.', { cert });
  attempt('The key cannot be read. Give a PEM file, not encrypted, with --tls-key.', { key });
  attempt('The key is not that of the certificate. Give the two that were made together.', { cert, key });
}
