import { describe, expect, it } from 'vitest';
import { isKeelsonError, KeelsonError } from './error.ts';
import { errorCatalogue } from './error-catalogue.ts';

describe('KeelsonError', () => {
  it('carries code, cause and details, and says whether to retry', () => {
    const cause = new Error('socket');
    const error = new KeelsonError('E_UNAVAILABLE', 'No store at h:1.', { cause, details: { host: 'h' } });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.retryable, error.cause]).toEqual(['KeelsonError', true, cause]);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'E_UNAVAILABLE',
      message: 'No store at h:1.',
      retryable: true,
      details: { host: 'h' },
    });
  });

  it('is told from other errors by its brand, whichever copy of the package made it', () => {
    const foreignCopy = Object.assign(new Error('copy'), { code: 'E_CLOSED', [Symbol.for('keelson.error')]: true });
    expect(isKeelsonError(foreignCopy, 'E_CLOSED')).toBe(true);
    expect(isKeelsonError(new KeelsonError('E_CLOSED', ''), 'E_ABORTED')).toBe(false);
    for (const other of [new Error('E_CLOSED'), { code: 'E_CLOSED' }, null, undefined, 'E_CLOSED'])
      expect(isKeelsonError(other)).toBe(false);
  });
});

describe('the catalogue', () => {
  it('has a whole sentence to say and to act on for every code', () => {
    for (const [code, kind] of Object.entries(errorCatalogue)) {
      expect(code).toMatch(/^E_[A-Z]+(_[A-Z]+)*$/);
      expect(kind.meaning, code).toMatch(/^[A-Z`].*\.$/s);
      expect(kind.action, code).toMatch(/^[A-Z`].*\.$/s);
      expect(kind.httpStatus, code).toBeGreaterThanOrEqual(400);
      expect(kind.httpStatus, code).toBeLessThan(600);
    }
  });
});
