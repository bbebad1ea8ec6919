import { OPEN_ACL } from '@keelson/zookeeper-client';
import { describe, expect, it } from 'vitest';
import { node, stat } from '../test-support/nodes.ts';
import { type PreparedTransaction, planMulti } from './multi-plan.ts';
import type { TreeView } from './tree-view.ts';

const value = new Uint8Array([1]);
const put = (path: string, session?: bigint) =>
  ({ type: 'put', path, value, ...(session === undefined ? {} : { session }) }) as const;

/** The steps planned, in short. */
function steps(transaction: Partial<PreparedTransaction>, view: Partial<TreeView>): string[] {
  const whole = { if: [], then: [], else: [], ...transaction };
  const plan = planMulti(whole, { nodes: new Map(), parents: new Map(), ...view }, OPEN_ACL);
  return plan.steps.map((step) => {
    const mode = step.type === 'create' && step.mode !== undefined ? ` ${step.mode}` : '';
    const version = step.type !== 'create' && step.version !== undefined ? ` v${step.version}` : '';
    return `${step.type} ${step.path}${mode}${version}`;
  });
}

describe('the plan of a transaction', () => {
  it('checks what was compared, then writes', () => {
    const nodes = new Map([
      ['/a', node({ version: 4 })],
      ['/b', undefined],
    ]);
    expect(steps({ if: [{ path: '/a', version: 5 }], then: [put('/a'), put('/b')] }, { nodes })).toEqual([
      'check /a v4',
      'set /a',
      'create /b',
    ]);
  });

  it('shows by a guard that a node is the same incarnation, once for each parent, before anything else is created there', () => {
    const nodes = new Map([
      ['/p/a', node({ czxid: 7n, mzxid: 8n })],
      ['/p/b', node({ czxid: 9n })],
      ['/p/c', undefined],
    ]);
    const parents = new Map([['/p', stat({ cversion: 5, numChildren: 3 })]]);
    const compared = [
      { path: '/p/a', createRevision: 7n },
      { path: '/p/b', createRevision: 9n },
      { path: '/p/c', version: 0 },
    ];
    expect(steps({ if: compared, then: [put('/p/a')] }, { nodes, parents })).toEqual([
      'check /p/a v0',
      'check /p/b v0',
      'create /p/.keelson-guard- persistent-sequential',
      'delete /p/.keelson-guard-0000000004',
      'create /p/c',
      'delete /p/c',
      'set /p/a',
    ]);
  });

  it('needs no guard for an ephemeral node whose name came from a sequence', () => {
    const nodes = new Map([['/p/n-0000000003', node({ czxid: 7n, ephemeralOwner: 5n })]]);
    const parents = new Map([['/p', stat()]]);
    expect(
      steps({ if: [{ path: '/p/n-0000000003', createRevision: 7n }], then: [put('/x')] }, { nodes, parents }),
    ).toEqual(['check /p/n-0000000003 v0', 'set /x']);
  });

  it('holds the else branch to one comparison that does not hold', () => {
    const nodes = new Map([
      ['/a', node({ version: 0 })],
      ['/b', node({ version: 1 })],
      ['/c', undefined],
    ]);
    const compared = [
      { path: '/a', version: 1 },
      { path: '/b', version: 1 },
      { path: '/c', version: 1 },
    ];
    expect(steps({ if: compared, then: [put('/a')], else: [put('/c')] }, { nodes })).toEqual([
      'check /b v1',
      'create /c',
    ]);
  });

  it('creates missing parents once, and takes that for the proof that nothing is there', () => {
    const nodes = new Map([
      ['/p/q/a', undefined],
      ['/p/q/b', undefined],
      ['/p/z', undefined],
    ]);
    const parents = new Map([
      ['/p/q', undefined],
      ['/p', undefined],
    ]);
    const gone = { type: 'delete', path: '/p/z' } as const;
    expect(steps({ then: [put('/p/q/a'), gone, put('/p/q/b')] }, { nodes, parents })).toEqual([
      'create /p',
      'create /p/q',
      'create /p/q/a',
      'create /p/q/b',
    ]);
  });

  it('shows the absence of what is deleted though it is not there, at its topmost missing parent', () => {
    const nodes = new Map([['/p/q/a', undefined]]);
    const parents = new Map([
      ['/p/q', undefined],
      ['/p', stat()],
    ]);
    const gone = { type: 'delete', path: '/p/q/a' } as const;
    expect(steps({ then: [gone, put('/x')] }, { nodes, parents })).toEqual(['create /p/q', 'delete /p/q', 'set /x']);
  });

  it('never leaves an entry to the session before: it is replaced, as long as it is the one that was seen', () => {
    const nodes = new Map([
      ['/mine', node({ version: 2, ephemeralOwner: 0x10n })],
      ['/theirs', node({ version: 3, ephemeralOwner: 0x99n })],
      ['/nobodys', node({ version: 1 })],
    ]);
    const puts = ['/mine', '/theirs', '/nobodys'].map((path) => put(path, 0x10n));
    expect(steps({ then: puts }, { nodes })).toEqual([
      'set /mine',
      'delete /theirs v3',
      'create /theirs ephemeral',
      'delete /nobodys v1',
      'create /nobodys ephemeral',
    ]);
  });

  it('tells results by what the steps made', () => {
    const nodes = new Map([
      ['/a', node({ version: 4, czxid: 3n })],
      ['/b', undefined],
    ]);
    const then = [{ type: 'get', path: '/b' } as const, put('/a'), put('/b'), { type: 'delete', path: '/c' } as const];
    const view = { nodes, parents: new Map() };
    const plan = planMulti({ if: [{ path: '/a', version: 5 }], then, else: [] }, view, OPEN_ACL);
    const results = plan.steps.map((step) => {
      if (step.type === 'set') return { type: 'set', stat: stat({ czxid: 3n, mzxid: 50n, version: 5 }) } as const;
      if (step.type === 'create') return { type: 'created', path: step.path } as const;
      return step.type === 'delete' ? ({ type: 'deleted' } as const) : ({ type: 'checked' } as const);
    });
    expect(plan.resultOf({ zxid: 50n, results })).toEqual({
      succeeded: true,
      revision: 50n,
      results: [
        { type: 'get', entry: undefined },
        { type: 'put', written: { path: '/a', revision: 50n, version: 6, createRevision: 3n } },
        { type: 'put', written: { path: '/b', revision: 50n, version: 1, createRevision: 50n } },
        { type: 'delete', existed: true },
      ],
    });
  });
});
