import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assertUsableIdentity } from './tls-identity.ts';

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
const cert = fixture('server.pem');
const key = fixture('server-key.pem');

test('a certificate with its key is taken', () => {
  expect(() => assertUsableIdentity({ cert, key })).not.toThrow();
});

test.each([
  ['a certificate that is none', { cert: 'none', key }, /--tls-cert/],
  ['a key that is none', { cert, key: 'none' }, /--tls-key/],
  ['the key of another certificate', { cert: fixture('ca.pem'), key }, /made together/],
])('%s is refused in words', (_what, identity, words) => {
  expect(() => assertUsableIdentity(identity)).toThrow(words);
});
