import { Inspection } from '../model/check/inspection.ts';
import { checkAmount, checkCount, checkFields, checkWord, shown } from '../model/check/values.ts';

/** @throws PlacementError where an option of a plan makes no sense, with paths like `options.copiesPerNode`. */
export function checkPlanOptions(options: unknown): void {
  const inspection = new Inspection();
  inspection.enter('options');
  if (checkFields(inspection, options)) {
    checkCount(inspection, options, 'copiesPerNode', 1);
    checkCount(inspection, options, 'copiesAtOnce', 1);
    checkCount(inspection, options, 'minInService', 0);
    checkWord(inspection, options, 'whenFull', ['borrow', 'drop-first']);
    if (options.bytesAtOnce !== undefined) checkAmount(inspection, 'bytesAtOnce', options.bytesAtOnce);
    if (options.temporary !== undefined && typeof options.temporary !== 'boolean') {
      inspection.faultAt('temporary', `must be true or false, is ${shown(options.temporary)}`);
    }
  }
  inspection.conclude();
}
