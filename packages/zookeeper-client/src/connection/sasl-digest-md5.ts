import { createHash } from 'node:crypto';
import { KeelsonError } from '@keelson/runtime';

/** A user as SASL's DIGEST-MD5 mechanism (RFC 2831) knows it. */
export interface SaslUser {
  readonly user: string;
  readonly password: string;
}

/** Service and host as ZooKeeper's servers name themselves in this mechanism, whatever they are called. */
const DIGEST_URI = 'zookeeper/zk-sasl-md5';

const md5 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The directives of a challenge, by name. Quoted values may hold commas and escaped quotes. */
export function parseChallenge(text: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.matchAll(/([a-zA-Z-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^",\s]+))/g))
    directives.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '');
  return directives;
}

interface Proof {
  readonly response: string;
  /** What the server must send to show that it knows the password too. */
  readonly serverProof: string;
}

/**
 * Answers a DIGEST-MD5 challenge. `clientNonce`: random, of printable characters. Throws `E_UNAUTHENTICATED` for a challenge that is
 * none or wants another mechanism.
 */
export function answerChallenge(challenge: string, { user, password }: SaslUser, clientNonce: string): Proof {
  const directives = parseChallenge(challenge);
  const nonce = directives.get('nonce');
  const algorithm = directives.get('algorithm');
  if (nonce === undefined || algorithm !== 'md5-sess')
    throw new KeelsonError('E_UNAUTHENTICATED', 'The server does not offer SASL DIGEST-MD5.');
  const realm = directives.get('realm') ?? '';
  const secret = md5(md5(`${user}:${realm}:${password}`), `:${nonce}:${clientNonce}`).toString('hex');
  const proof = (a2: string): string =>
    md5(`${secret}:${nonce}:00000001:${clientNonce}:auth:${md5(a2).toString('hex')}`).toString('hex');
  const quoted = { username: user, realm, nonce, cnonce: clientNonce, 'digest-uri': DIGEST_URI };
  const response = [
    'charset=utf-8',
    ...Object.entries(quoted).map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`),
    'nc=00000001',
    'maxbuf=65536',
    'qop=auth',
    `response=${proof(`AUTHENTICATE:${DIGEST_URI}`)}`,
  ].join(',');
  return { response, serverProof: proof(`:${DIGEST_URI}`) };
}

/** Throws `E_UNAUTHENTICATED` unless the server's last word proves that it knows the password. */
export function checkServerProof(lastWord: string, serverProof: string): void {
  if (parseChallenge(lastWord).get('rspauth') === serverProof) return;
  throw new KeelsonError('E_UNAUTHENTICATED', 'The server could not prove that it knows the password.');
}
