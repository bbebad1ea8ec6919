import type { GrpcConnection } from '@keelson/etcd-protocol';
import { kvService } from '@keelson/etcd-protocol';
import { virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { Link } from './link.ts';

/** A member that answers at once until it falls silent; answers held back then come when it speaks again. */
function member() {
  let silent = false;
  const heldBack: (() => void)[] = [];
  const answer = (): Promise<unknown> =>
    silent
      ? new Promise((resolve) => heldBack.push(() => resolve({ version: '3.7.3' })))
      : Promise.resolve({ version: '3.7.3' });
  const connection: GrpcConnection = {
    address: 'member:1',
    closed: false,
    unary: answer as GrpcConnection['unary'],
    stream: () => {
      throw new Error('no streams here');
    },
    ping: () => Promise.resolve(0),
    onClosed: () => () => {},
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return {
    connection,
    fallSilent: () => {
      silent = true;
    },
    speak: () => {
      silent = false;
      for (const say of heldBack.splice(0)) say();
    },
  };
}

async function linkTo({ connection }: ReturnType<typeof member>) {
  const runtime = virtualRuntime({ seed: 1 });
  const link = await Link.open(connection, runtime, undefined, {});
  return { runtime, link };
}

const get = (link: Link): Promise<unknown> => link.unary(kvService.range, { key: 'a' }, { requireLeader: true });

describe('Link', () => {
  it('gives up a member that is silent while something is asked of it, after about two seconds', async () => {
    const server = member();
    const { runtime, link } = await linkTo(server);
    server.fallSilent();
    void get(link);
    await runtime.advance(1_900);
    expect(link.retired.aborted).toBe(false);
    await runtime.advance(500);
    expect(link.retired.reason).toMatchObject({ code: 'E_UNAVAILABLE' });
  });

  it('does not take its own pause for silence of the member', async () => {
    const server = member();
    const { runtime, link } = await linkTo(server);
    server.fallSilent();
    const answer = get(link);
    await runtime.advance(1_200);
    runtime.pause(60_000);
    await runtime.advance(1);
    server.speak();
    await answer;
    await runtime.advance(10_000);
    expect(link.retired.aborted).toBe(false);
  });

  it('waits for a slow answer as long as the member says that it is there', async () => {
    const server = member();
    const { runtime, link } = await linkTo(server);
    server.fallSilent();
    const slow = get(link);
    for (let second = 0; second < 10; second += 1) {
      await runtime.advance(1_500);
      server.speak();
      await runtime.advance(0);
      server.fallSilent();
      void get(link);
    }
    expect(link.retired.aborted).toBe(false);
    await slow;
    await link.close();
  });
});
