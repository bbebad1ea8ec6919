import { expect, test } from 'vitest';
import { authenticate, parseCredentials } from './credentials.ts';

const credentials = parseCredentials(
  '# operators\n\nada:0123456789abcdef\n  bare-token-0123456789  \nbob:with:colons:in:it\n',
);

test('reads users and tokens, one a line', () => {
  expect(credentials).toEqual([
    { user: 'ada', token: '0123456789abcdef' },
    { user: 'root', token: 'bare-token-0123456789' },
    { user: 'bob', token: 'with:colons:in:it' },
  ]);
});

test('names the line it does not take, and never its text', () => {
  const bad = ['ada:short', ':0123456789abcdef', 'ada:0123456789 abcdef', 'a b:0123456789abcdef'];
  for (const line of bad) {
    const error = caught(() => parseCredentials(`# one\n${line}`));
    expect(error, line).toMatchObject({ code: 'E_INVALID_ARGUMENT', message: expect.stringContaining('Line 2') });
    expect(String(error)).not.toContain('abcdef');
  }
  expect(() => parseCredentials('# nothing\n')).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
});

test('lets in whoever has a token, and by Basic only under its own name', () => {
  const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
  expect(authenticate('Bearer 0123456789abcdef', credentials)).toBe('ada');
  expect(authenticate('bearer bare-token-0123456789', credentials)).toBe('root');
  expect(authenticate(basic('ada:0123456789abcdef'), credentials)).toBe('ada');
  expect(authenticate(basic('bob:with:colons:in:it'), credentials)).toBe('bob');
  const refused = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer 0123456789abcde',
    'Bearer 0123456789abcdef0',
    basic('bob:0123456789abcdef'),
    basic('ada'),
    'Digest 0123456789abcdef',
  ];
  for (const header of refused) expect(authenticate(header, credentials), header).toBeUndefined();
  expect(authenticate('Bearer 0123456789abcdef', [])).toBeUndefined();
});

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
