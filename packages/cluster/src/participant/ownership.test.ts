import { KeelsonError } from '@keelson/runtime';
import { describe, expect, test } from 'vitest';
import { movedOn, Ownership } from './ownership.ts';

function fakeSession(): { assertAlive(): void; dead: boolean } {
  return {
    dead: false,
    assertAlive() {
      if (this.dead) throw new KeelsonError('E_SESSION_EXPIRED', 'over');
    },
  };
}

describe('an ownership', () => {
  test('reads as ended the instant the clock says so, without any timer or listener having run', () => {
    const session = fakeSession();
    const { signal } = new Ownership(session);
    expect(signal.aborted).toBe(false);
    session.dead = true;
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ code: 'E_SESSION_EXPIRED' });
  });

  test('tells its listeners when a reader finds it ended', () => {
    const session = fakeSession();
    const { signal } = new Ownership(session);
    let told = 0;
    signal.addEventListener('abort', () => {
      told += 1;
    });
    session.dead = true;
    expect(() => signal.throwIfAborted()).toThrow('over');
    expect(signal.aborted).toBe(true);
    expect(told).toBe(1);
  });

  test('keeps the first reason it was ended with', () => {
    const ownership = new Ownership(fakeSession());
    ownership.end(movedOn('MASTER', 'SLAVE'));
    ownership.end(new Error('later'));
    expect(ownership.signal.reason).toMatchObject({ code: 'E_CLOSED', details: { from: 'MASTER', to: 'SLAVE' } });
  });

  test('works where the platform looks past the getter', () => {
    const ownership = new Ownership(fakeSession());
    const derived = AbortSignal.any([ownership.signal]);
    ownership.end(movedOn('MASTER', 'SLAVE'));
    expect(derived.aborted).toBe(true);
  });
});
