import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryFixture } from '../../test-support/conformance/memory-fixture.ts';
import { runConformanceCase, storeConformance } from './index.ts';

const portDocument = new URL('../../../../docs/reference/store-port.md', import.meta.url);

describe('the memory driver keeps the promises of the port', () => {
  for (const conformanceCase of storeConformance) {
    it(`${conformanceCase.guarantee} ${conformanceCase.name}`, async () => {
      for (const seed of [1, 2, 3]) {
        const outcome = await runConformanceCase(conformanceCase, memoryFixture(seed));
        expect(outcome).toEqual({ type: 'passed' });
      }
    });
  }
});

describe('the kit', () => {
  it('has a case for every promise of the document, and none for one that is not there', () => {
    const promised = new Set(
      [...readFileSync(portDocument, 'utf8').matchAll(/^- \*\*(G\d+) /gm)].map((match) => match[1]),
    );
    const held = new Set<string | undefined>(storeConformance.map(({ guarantee }) => guarantee));
    expect(promised.size).toBe(31);
    expect([...promised].filter((guarantee) => !held.has(guarantee))).toEqual([]);
    expect([...held].filter((guarantee) => !promised.has(guarantee))).toEqual([]);
  });

  it('names every case once', () => {
    const names = storeConformance.map(({ guarantee, name }) => `${guarantee} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('passes over what the fixture cannot do, and says what was missing', async () => {
    const { faults, ...bare } = memoryFixture(1);
    expect(faults).toBeDefined();
    const needing = storeConformance.find(({ requires }) => requires?.includes('loseReply'));
    expect(needing).toBeDefined();
    if (needing === undefined) return;
    expect(await runConformanceCase(needing, bare)).toEqual({ type: 'not-applicable', missing: ['loseReply'] });
  });
});
