import { describe, expect, it } from 'vitest';
import { answerChallenge, checkServerProof, parseChallenge } from './sasl-digest-md5.ts';

const challenge = 'realm="zk-sasl-md5",nonce="OA6MG9tEQGm2hh",qop="auth",charset=utf-8,algorithm=md5-sess';

describe('SASL DIGEST-MD5', () => {
  it('reads directives, quoted or not', () => {
    expect(Object.fromEntries(parseChallenge('a="x, \\"y\\"", B=z,c=1'))).toEqual({ a: 'x, "y"', b: 'z', c: '1' });
  });

  it('answers a challenge, and knows the proof that the server must give', () => {
    const { response, serverProof } = answerChallenge(
      challenge,
      { user: 'chris', password: 'secret' },
      'OA6MHXh6VqTrRk',
    );
    const sent = parseChallenge(response);
    expect(sent.get('digest-uri')).toBe('zookeeper/zk-sasl-md5');
    expect([sent.get('username'), sent.get('realm'), sent.get('nc'), sent.get('qop')]).toEqual([
      'chris',
      'zk-sasl-md5',
      '00000001',
      'auth',
    ]);
    expect(sent.get('response')).toMatch(/^[0-9a-f]{32}$/);
    expect(sent.get('response')).not.toBe(serverProof);
    expect(() => checkServerProof(`rspauth=${serverProof}`, serverProof)).not.toThrow();
    expect(() => checkServerProof('rspauth=00', serverProof)).toThrow(
      expect.objectContaining({ code: 'E_UNAUTHENTICATED' }),
    );
  });

  it('refuses another mechanism', () => {
    expect(() => answerChallenge('nonce="x"', { user: 'a', password: 'b' }, 'c')).toThrow(
      expect.objectContaining({ code: 'E_UNAUTHENTICATED' }),
    );
  });
});
