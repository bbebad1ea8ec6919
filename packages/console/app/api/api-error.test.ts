import { describe, expect, it } from 'vitest';
import { isUnauthorized, isVersionConflict, problemToError } from './api-error.ts';

describe('problemToError', () => {
  it('keeps code, title and detail of a problem document', () => {
    const body = JSON.stringify({ code: 'E_VERSION_CONFLICT', title: 'Changed', detail: 'worker-1 was changed.' });
    const error = problemToError(412, 'Precondition Failed', body);
    expect(error).toMatchObject({ status: 412, code: 'E_VERSION_CONFLICT', title: 'Changed' });
    expect(error.message).toBe('worker-1 was changed.');
    expect(isVersionConflict(error)).toBe(true);
  });

  it.each(['<html>bad gateway</html>', '', '"text"', 'null', '{"code":7}'])('makes the best of %j', (body) => {
    expect(problemToError(502, 'Bad Gateway', body)).toMatchObject({ code: 'HTTP_502', message: 'Bad Gateway' });
  });

  it('tells the answers the console acts on from others', () => {
    expect(isUnauthorized(problemToError(401, '', ''))).toBe(true);
    expect(isUnauthorized(problemToError(403, '', ''))).toBe(false);
    expect(isVersionConflict(new Error('412'))).toBe(false);
  });
});
