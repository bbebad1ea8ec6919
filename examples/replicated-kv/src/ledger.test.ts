import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';
import type { StoredValue } from './log-entry.ts';

const stored = (key: string, id: string, writes: number): StoredValue => ({ key, id, writes, value: '', offset: 1 });
const all = (): boolean => true;
const read = (...values: StoredValue[]) => new Map(values.map((value) => [value.key, value]));

function acknowledged(...ids: string[]): Ledger {
  const ledger = new Ledger();
  for (const id of ids) {
    ledger.start('k');
    ledger.acknowledge('k', id);
  }
  return ledger;
}

describe('Ledger', () => {
  it('finds nothing wrong where everything promised is there once', () => {
    const ledger = acknowledged('a', 'b');
    expect(ledger.check(ledger.promised(), read(stored('k', 'b', 2)), all)).toEqual({
      acknowledged: 2,
      lost: 0,
      doubled: 0,
    });
  });

  it('counts an acknowledged write that is missing as lost', () => {
    const ledger = acknowledged('a', 'b');
    expect(ledger.check(ledger.promised(), read(), all).lost).toBe(2);
    expect(ledger.check(ledger.promised(), read(stored('k', 'a', 1)), all).lost).toBe(1);
  });

  it('counts an acknowledged write that another one stands in place of as lost', () => {
    const ledger = acknowledged('a', 'b');
    expect(ledger.check(ledger.promised(), read(stored('k', 'a', 2)), all).lost).toBe(1);
  });

  it('counts a write that was applied twice as doubled', () => {
    const ledger = acknowledged('a');
    expect(ledger.check(ledger.promised(), read(stored('k', 'a', 2)), all).doubled).toBe(1);
  });

  it('allows for one write on its way', () => {
    const ledger = acknowledged('a');
    const promised = ledger.promised();
    ledger.start('k');
    expect(ledger.check(promised, read(stored('k', 'b', 2)), all)).toEqual({ acknowledged: 1, lost: 0, doubled: 0 });
  });

  it('counts from what earlier clients left', () => {
    const ledger = new Ledger();
    ledger.baseline([stored('k', 'old', 7)]);
    ledger.start('k');
    ledger.acknowledge('k', 'a');
    expect(ledger.check(ledger.promised(), read(stored('k', 'a', 8)), all)).toMatchObject({ lost: 0, doubled: 0 });
    expect(ledger.check(ledger.promised(), read(stored('k', 'old', 7)), all).lost).toBe(1);
  });

  it('says nothing of what could not be read', () => {
    const ledger = acknowledged('a');
    expect(ledger.check(ledger.promised(), read(), () => false)).toEqual({ acknowledged: 1, lost: 0, doubled: 0 });
  });
});
