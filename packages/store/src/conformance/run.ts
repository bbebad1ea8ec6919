import type { StoreCapabilities } from '../port.ts';
import type { ConformanceCase } from './case.ts';
import type { ConformanceFixture, ConformanceNeed } from './fixture.ts';

/** How a case ended that did not fail. `not-applicable`: `missing` names what the driver or its fixture does not have. */
export type ConformanceOutcome =
  | { readonly type: 'passed' }
  | { readonly type: 'not-applicable'; readonly missing: readonly ConformanceNeed[] };

const CAPABILITIES = ['atomicList', 'atomicRecursiveDelete', 'atomicWatchEvents', 'history'] as const;

function isCapability(need: ConformanceNeed): need is (typeof CAPABILITIES)[number] {
  return CAPABILITIES.some((name) => name === need);
}

/** What `case` needs and the fixture has not. */
function missingNeeds(
  requires: readonly ConformanceNeed[],
  fixture: ConformanceFixture,
  capabilities: StoreCapabilities,
): ConformanceNeed[] {
  return requires.filter((need) => (isCapability(need) ? !capabilities[need] : fixture.faults?.[need] === undefined));
}

/**
 * Runs one case. Rejects where the driver does not keep the promise that the case names.
 *
 * @example
 * for (const conformanceCase of storeConformance)
 *   test(`${conformanceCase.guarantee} ${conformanceCase.name}`, () => runConformanceCase(conformanceCase, makeFixture()));
 */
export async function runConformanceCase(
  conformanceCase: ConformanceCase,
  fixture: ConformanceFixture,
): Promise<ConformanceOutcome> {
  const drive = fixture.drive ?? (<T>(work: Promise<T>): Promise<T> => work);
  const requires = conformanceCase.requires ?? [];
  if (requires.length > 0) {
    const probe = await drive(fixture.openStore());
    const missing = missingNeeds(requires, fixture, probe.capabilities);
    await drive(probe.close());
    if (missing.length > 0) return { type: 'not-applicable', missing };
  }
  await drive(conformanceCase.run(fixture));
  return { type: 'passed' };
}
