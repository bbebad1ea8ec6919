import { KeelsonError } from '@keelson/runtime';
import type { Expectation, StorePath } from '../port.ts';
import type { ByteString, KeyRange, KeyValue, KvCompare } from './backend.ts';

/** The comparisons that hold exactly when the entry at `key` meets `expect`. */
export function comparesOf(key: ByteString, expect: Expectation): KvCompare[] {
  const compares: KvCompare[] = [];
  const equal = (target: 'version' | 'create' | 'mod', operand: bigint): void => {
    compares.push({ key, target, result: 'equal', operand });
  };
  if (expect.version !== undefined) equal('version', BigInt(expect.version));
  if (expect.createRevision !== undefined) equal('create', expect.createRevision);
  if (expect.modifyRevision !== undefined) equal('mod', expect.modifyRevision);
  return compares;
}

/** How many comparisons `expect` costs. */
export function fieldsCompared(expect: Expectation): number {
  return [expect.version, expect.createRevision, expect.modifyRevision].filter((field) => field !== undefined).length;
}

/** Whether `expect` can only be met by an entry that exists. */
function wantsEntry(expect: Expectation): boolean {
  return [expect.version, expect.createRevision, expect.modifyRevision].some(
    (field) => field !== undefined && BigInt(field) !== 0n,
  );
}

/** Throws `E_INVALID_ARGUMENT` for an expectation that is no whole number from 0. */
export function checkExpectation(expect: Expectation): void {
  const { version } = expect;
  if (version !== undefined && (!Number.isSafeInteger(version) || version < 0))
    throw new KeelsonError('E_INVALID_ARGUMENT', `expect.version must be a whole number from 0, not ${version}.`);
  for (const revision of [expect.createRevision, expect.modifyRevision])
    if (revision !== undefined && (typeof revision !== 'bigint' || revision < 0n))
      throw new KeelsonError('E_INVALID_ARGUMENT', 'A revision expected must be a bigint from 0.');
}

/** What an expectation is compared with. */
export type FoundVersion = Pick<KeyValue, 'version' | 'createRevision' | 'modRevision'>;

/** Whether `found` meets `expect`. */
export function meets(expect: Expectation, found: FoundVersion | undefined): boolean {
  return (
    (expect.version === undefined || expect.version === (found?.version ?? 0)) &&
    (expect.createRevision === undefined || expect.createRevision === (found?.createRevision ?? 0n)) &&
    (expect.modifyRevision === undefined || expect.modifyRevision === (found?.modRevision ?? 0n))
  );
}

/** The error for an expectation that `found` does not meet. */
export function expectationError(path: StorePath, expect: Expectation, found: FoundVersion | undefined): KeelsonError {
  if (found === undefined && wantsEntry(expect))
    return new KeelsonError('E_NOT_FOUND', `There is no entry at ${path}.`, { details: { path } });
  const details = {
    path,
    foundVersion: found?.version ?? 0,
    foundModifyRevision: String(found?.modRevision ?? 0n),
    foundCreateRevision: String(found?.createRevision ?? 0n),
  };
  return new KeelsonError('E_VERSION_CONFLICT', `The entry at ${path} is not the one expected.`, { details });
}

/** Holds when there is no key in the range: a comparison over a range must hold for each key, and every key has a version above 0. */
export function rangeIsEmpty(range: KeyRange): KvCompare {
  return { ...range, target: 'version', result: 'equal', operand: 0n };
}
