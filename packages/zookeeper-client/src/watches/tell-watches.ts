import type { JuteWriter } from '../wire/jute-writer.ts';
import { OpCode, Xid } from '../wire/op-code.ts';
import type { WatchSet } from './watch-table.ts';

/**
 * Sets watches again on a new connection. One-shot watches whose node changed after `sinceZxid` are told at once by the server. Sets
 * without persistent watches go as the older request, which servers before 3.6 know too.
 */
export function tellWatches(
  sets: readonly WatchSet[],
  sinceZxid: bigint,
  tell: (xid: number, code: number, write: (writer: JuteWriter) => void) => void,
): void {
  for (const set of sets) {
    const lasting = set.persistent.length + set.recursive.length > 0;
    tell(Xid.setWatches, lasting ? OpCode.setWatches2 : OpCode.setWatches, (writer) => {
      writer.long(sinceZxid);
      const lists = [set.data, set.exists, set.children, ...(lasting ? [set.persistent, set.recursive] : [])];
      for (const paths of lists) writer.vector(paths, (path) => writer.text(path));
    });
  }
}
