import { createHash, timingSafeEqual } from 'node:crypto';
import { KeelsonError } from '@keelson/runtime';

/** Shortest token the server accepts in its token file, in characters. */
export const MIN_TOKEN_LENGTH = 16;

/** One who may use the server: over HTTP by the token alone, over the etcd API by name and token as user and password. */
export interface Credential {
  readonly user: string;
  readonly token: string;
}

/**
 * Reads a token file: one `user:token` per line, or a token alone, which is user `root`; empty lines and lines that begin with `#` are passed over.
 * Throws `E_INVALID_ARGUMENT` naming the line (never its text) where a token is too short or holds white space, or where there is none at all.
 */
export function parseCredentials(text: string): readonly Credential[] {
  const credentials: Credential[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const user = colon < 0 ? 'root' : line.slice(0, colon);
    const token = colon < 0 ? line : line.slice(colon + 1);
    if (user === '' || /\s/.test(line) || token.length < MIN_TOKEN_LENGTH)
      throw new KeelsonError(
        'E_INVALID_ARGUMENT',
        `Line ${index + 1} of the token file is not \`user:token\` with a token of at least ${MIN_TOKEN_LENGTH} characters and no white space.`,
      );
    credentials.push({ user, token });
  }
  if (credentials.length === 0)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      'The token file holds no token. Put one `user:token` on a line of it.',
    );
  return credentials;
}

/**
 * Who a request's `Authorization` header stands for, or `undefined`. Takes `Bearer <token>`, and `Basic` with user and token, for
 * browsers. Every credential is compared, in constant time, whatever the others gave.
 */
export function authenticate(header: string | undefined, credentials: readonly Credential[]): string | undefined {
  const given = header === undefined ? undefined : parseAuthorization(header);
  if (given === undefined) return undefined;
  let user: string | undefined;
  for (const credential of credentials) {
    const matches = sameText(given.token, credential.token);
    if (matches && (given.user === undefined || given.user === credential.user)) user = credential.user;
  }
  return user;
}

function parseAuthorization(header: string): { user?: string; token: string } | undefined {
  const match = /^(Bearer|Basic) +([\w\-.~+/=]+)$/i.exec(header.trim());
  const [, scheme, value] = match ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return { token: value };
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : { user: pair.slice(0, colon), token: pair.slice(colon + 1) };
}

// Digests have one length, so that not even the length of a token shows in the time taken.
function sameText(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
}
