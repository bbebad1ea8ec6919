import type { StorePath } from '../port.ts';
import type { ByteString } from './backend.ts';
import { textOfUtf8 } from './byte-string.ts';
import type { KeySpace } from './key-space.ts';

/** The names among `names`, as found below `parent`, that are of entries; keys of other programs are not shown. */
export function namesOf(keys: KeySpace, parent: StorePath, names: Iterable<ByteString>): string[] {
  const base = keys.baseOf(parent);
  const shown: string[] = [];
  for (const name of names) {
    const text = keys.pathOf(base + name) === undefined ? undefined : textOfUtf8(name);
    if (text !== undefined) shown.push(text);
  }
  return shown;
}
