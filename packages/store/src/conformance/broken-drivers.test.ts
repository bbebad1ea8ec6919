import { describe, expect, it } from 'vitest';
import { changed } from '../../test-support/conformance/broken/delegate.ts';
import { brokenDrivers } from '../../test-support/conformance/broken/index.ts';
import { memoryFixture, type Wrap } from '../../test-support/conformance/memory-fixture.ts';
import { type ConformanceCase, runConformanceCase, storeConformance } from './index.ts';

/** What each of `cases` says of a driver that fails it. */
async function complaints(wrap: Wrap, cases: readonly ConformanceCase[]): Promise<string[]> {
  const found: string[] = [];
  for (const conformanceCase of cases) {
    try {
      await runConformanceCase(conformanceCase, memoryFixture(1, wrap));
    } catch (error) {
      found.push(`${conformanceCase.guarantee} ${conformanceCase.name}: ${String(error)}`);
    }
  }
  return found;
}

describe('the kit catches, by the promise it breaks, a driver that', () => {
  for (const { name, breaks, wrap } of brokenDrivers) {
    it(`${name} (${breaks})`, async () => {
      const cases = storeConformance.filter(({ guarantee }) => guarantee === breaks);
      expect(await complaints(wrap, cases)).not.toEqual([]);
    });
  }
});

describe('the broken drivers', () => {
  it('break every promise the kit holds', () => {
    const broken = new Set<string>(brokenDrivers.map(({ breaks }) => breaks));
    const held = new Set<string>(storeConformance.map(({ guarantee }) => guarantee));
    expect([...held].filter((guarantee) => !broken.has(guarantee))).toEqual([]);
  });

  it('are broken by what they change, not by how they are wrapped', async () => {
    expect(await complaints((store) => changed(store, {}), storeConformance)).toEqual([]);
  });
});
