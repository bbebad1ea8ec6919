import { OPEN_ACL } from '@keelson/zookeeper-client';
import { describe, expect, it } from 'vitest';
import { node, stat } from '../test-support/nodes.ts';
import { KnownIncarnations } from './known-incarnations.ts';
import { type PreparedTransaction, planMulti } from './multi-plan.ts';
import { guessedView } from './transactions.ts';
import type { TreeView } from './tree-view.ts';

const value = new Uint8Array([1]);
const put = (path: string) => ({ type: 'put', path, value }) as const;
const remove = (path: string) => ({ type: 'delete', path }) as const;
/** What a leader writes: only while the node of its election is the one that it made. */
const led: PreparedTransaction = { if: [{ path: '/c/leader', createRevision: 7n }], then: [put('/view')], else: [] };
/** As it was read: nine children were created so far, two of which are there. */
const reading: TreeView = {
  nodes: new Map([
    ['/c/leader', node({ czxid: 7n, mzxid: 7n, version: 3 })],
    ['/view', node({ czxid: 2n })],
  ]),
  parents: new Map([['/c', stat({ cversion: 16, numChildren: 2 })]]),
};

class FakeLink {
  readonly incarnations = new KnownIncarnations();
  readonly existing = new Set(['/view', '/m']);

  probablyExists(path: string): boolean {
    return this.existing.has(path);
  }

  /** Sends what is planned on `view`; without one, on the guess. Gives the steps. */
  send(transaction: PreparedTransaction, view = guessedView(transaction, this)): readonly string[] {
    if (view === undefined) return ['look'];
    const { steps } = planMulti(transaction, view, OPEN_ACL);
    this.incarnations.sent(view, steps);
    return steps.map((step) => `${step.type} ${step.path}`);
  }
}

const guarded = (number: number): string[] => [
  'check /c/leader',
  'create /c/.keelson-guard-',
  `delete /c/.keelson-guard-${String(number).padStart(10, '0')}`,
  'set /view',
];

describe('incarnations that a connection remembers', () => {
  it('are read once; each guard after it counts on from the one before, whether or not that was answered', () => {
    const link = new FakeLink();
    expect(link.send(led)).toEqual(['look']);
    expect(link.send(led, reading)).toEqual(guarded(9));
    expect(link.send(led)).toEqual(guarded(10));
    expect(link.send(led)).toEqual(guarded(11));
  });

  it('count what else the transaction creates beside the guard', () => {
    const link = new FakeLink();
    link.send(
      { ...led, then: [put('/c/new'), put('/view')] },
      { ...reading, nodes: new Map([...reading.nodes, ['/c/new', undefined]]) },
    );
    expect(link.send(led)).toEqual(guarded(11));
  });

  it('follow the version of a node that they write themselves, and forget one that they delete', () => {
    const link = new FakeLink();
    link.send({ ...led, then: [put('/c/leader')] }, reading);
    expect(link.incarnations.node('/c/leader')?.version).toBe(4);
    link.send({ ...led, then: [remove('/c/leader')] });
    expect(link.send(led)).toEqual(['look']);
  });

  it('are no guess where another incarnation, or a revision, is compared', () => {
    const link = new FakeLink();
    link.send(led, reading);
    const other = guessedView({ ...led, if: [{ path: '/c/leader', createRevision: 8n }] }, link);
    expect(other?.nodes.get('/c/leader')?.stat.czxid).toBe(7n);
    expect(guessedView({ ...led, if: [{ path: '/c/leader', modifyRevision: 7n }] }, link)).toBeUndefined();
  });

  it('are read again after a failure, and after wrong guesses ever longer before the next one', () => {
    const link = new FakeLink();
    const looksUntilGuess = (): number => {
      for (let looks = 0; ; looks += 1) {
        link.send(led, reading);
        if (guessedView(led, link) !== undefined) return looks;
      }
    };
    link.send(led, reading);
    link.incarnations.failed(reading, false);
    expect(link.send(led)).toEqual(['look']);
    const waits = [1, 2, 3].map(() => {
      link.incarnations.failed(reading, true);
      return looksUntilGuess();
    });
    expect(waits).toEqual([1, 2, 4]);
    link.incarnations.right(reading);
    link.incarnations.failed(reading, true);
    expect(looksUntilGuess()).toBe(1);
  });
});

describe('a guess', () => {
  it('deletes what is known to be there, and looks where it is not', () => {
    const link = new FakeLink();
    const checked = { if: [{ path: '/a', version: 2 }], else: [] };
    expect(link.send({ ...checked, then: [remove('/m'), put('/b')] })).toEqual(['check /a', 'delete /m', 'create /b']);
    expect(link.send({ ...checked, then: [remove('/n')] })).toEqual(['look']);
  });
});
