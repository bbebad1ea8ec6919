import { OPEN_ACL } from '@keelson/zookeeper-client';
import { describe, expect, it } from 'vitest';
import { node, stat } from '../test-support/nodes.ts';
import { KnownIncarnations } from './known-incarnations.ts';
import { type PreparedTransaction, planMulti } from './multi-plan.ts';
import { guessedView } from './transactions.ts';
import type { TreeView } from './tree-view.ts';

const put = (path: string) => ({ type: 'put', path, value: new Uint8Array([1]) }) as const;
/** What a leader writes: only while the node of its election is the one that it made. */
const led: PreparedTransaction = { if: [{ path: '/c/leader', createRevision: 7n }], then: [put('/view')], else: [] };
/** As it was read: nine children were created so far, two of which are there. */
const reading: TreeView = {
  nodes: new Map([
    ['/c/leader', node({ czxid: 7n, mzxid: 8n, version: 3 })],
    ['/view', node({ czxid: 2n })],
  ]),
  parents: new Map([['/c', stat({ cversion: 16, numChildren: 2 })]]),
};

/** What a connection with `/view` sends and learns. */
class Sender {
  readonly incarnations = new KnownIncarnations();

  probablyExists(path: string): boolean {
    return path === '/view';
  }

  /** Plans on `view`; without one, on what is known. Gives the steps, as of a multi that goes through or not. */
  send(transaction: PreparedTransaction, { view = guessedView(transaction, this), fails = false } = {}): string[] {
    if (view === undefined) return ['look'];
    const { steps } = planMulti(transaction, view, OPEN_ACL);
    if (fails) this.incarnations.forget(view);
    else this.incarnations.confirmed(view, steps);
    return steps.map(({ type, path }) => `${type} ${path}`);
  }
}

const guarded = (number: number): string[] => [
  'check /c/leader',
  'create /c/.keelson-guard-',
  `delete /c/.keelson-guard-${String(number).padStart(10, '0')}`,
  'set /view',
];

describe('incarnations that a connection knows', () => {
  it('are read once; each guard after it counts on from the one that went through', () => {
    const sender = new Sender();
    expect(sender.send(led)).toEqual(['look']);
    expect(sender.send(led, { view: reading })).toEqual(guarded(9));
    expect(sender.send(led)).toEqual(guarded(10));
    expect(sender.send(led)).toEqual(guarded(11));
  });

  it('count what else a multi creates beside the guard', () => {
    const sender = new Sender();
    const nodes = new Map([...reading.nodes, ['/c/new', undefined] as const]);
    sender.send({ ...led, then: [put('/c/new'), put('/view')] }, { view: { ...reading, nodes } });
    expect(sender.send(led)).toEqual(guarded(11));
  });

  it('are read again after a multi that failed, or that wrote to the node', () => {
    const sender = new Sender();
    sender.send(led, { view: reading });
    sender.send(led, { fails: true });
    expect(sender.send(led)).toEqual(['look']);
    sender.send({ ...led, then: [put('/c/leader')] }, { view: reading });
    expect(sender.send(led)).toEqual(['look']);
  });

  it('are read again once somebody else has created a child beside them, though another of them was compared since', () => {
    const sender = new Sender();
    sender.send(led, { view: reading });
    // The leader's node may have gone and come again, with the version that it had, before the one beside it was read.
    const nodes = new Map([
      ['/c/other', node({ czxid: 5n })],
      ['/view', node()],
    ]);
    const parents = new Map([['/c', stat({ cversion: 20, numChildren: 2 })]]);
    const beside = { ...led, if: [{ path: '/c/other', createRevision: 5n }] };
    sender.send(beside, { view: { nodes, parents } });
    expect(sender.send(beside)).toEqual([
      'check /c/other',
      'create /c/.keelson-guard-',
      'delete /c/.keelson-guard-0000000012',
      'set /view',
    ]);
    expect(sender.send(led)).toEqual(['look']);
  });

  it('are all kept while only the own multis create children beside them', () => {
    const sender = new Sender();
    sender.send(led, { view: reading });
    const nodes = new Map([
      ['/c/other', node({ czxid: 5n })],
      ['/view', node()],
    ]);
    const parents = new Map([['/c', stat({ cversion: 18, numChildren: 2 })]]);
    sender.send({ ...led, if: [{ path: '/c/other', createRevision: 5n }] }, { view: { nodes, parents } });
    expect(sender.send(led)).toEqual(guarded(11));
  });

  it('are not learnt from a check of the version alone', () => {
    const sender = new Sender();
    sender.send({ ...led, if: [{ path: '/c/leader', version: 4 }] }, { view: reading });
    expect(sender.send(led)).toEqual(['look']);
  });

  it('tell where another is compared', () => {
    const sender = new Sender();
    sender.send(led, { view: reading });
    const view = guessedView({ ...led, if: [{ path: '/c/leader', createRevision: 9n }] }, sender);
    expect(view?.nodes.get('/c/leader')?.stat).toMatchObject({ czxid: 7n, mzxid: 8n });
  });

  it('are known without a guard where names do not come back', () => {
    const sender = new Sender();
    const seat = '/q/seat-0000000004';
    const nodes = new Map([
      [seat, node({ czxid: 7n, ephemeralOwner: 5n })],
      ['/view', node()],
    ]);
    const seated = { ...led, if: [{ path: seat, createRevision: 7n }] };
    sender.send(seated, { view: { nodes, parents: new Map() } });
    expect(sender.send(seated)).toEqual([`check ${seat}`, 'set /view']);
  });
});
