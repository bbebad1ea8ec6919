import { systemRuntime } from '@keelson/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JsonHttpClient } from './http-peers.ts';
import type { NodeContext } from './replica-handler.ts';
import { serveWorker } from './worker-server.ts';

const unused = (): never => {
  throw new Error('nobody asks for that here');
};

let stop: () => void;
let address: string;
const http = new JsonHttpClient(systemRuntime(), 5_000);

beforeEach(async () => {
  const node: NodeContext = {
    instance: 'worker-1',
    get replicas(): never {
      return unused();
    },
    get peers(): never {
      return unused();
    },
    get directory(): never {
      return unused();
    },
    get inSync(): never {
      return unused();
    },
    get runtime(): never {
      return unused();
    },
    masters: new Map(),
    resourceExists: unused,
  };
  const served = await serveWorker({ node, resource: 'kv', partitions: () => 8, port: 0 });
  stop = () => {
    served.server.close();
    served.server.closeAllConnections();
  };
  address = served.address;
});
afterEach(() => {
  stop();
  http.close();
});

describe('the HTTP of a worker', () => {
  it('answers at its address, and without the name for people', async () => {
    expect(await http.call('GET', `${address}/status`)).toMatchObject({ status: 200, body: { instance: 'worker-1' } });
    const plain = new URL('/status', address).href;
    expect(await http.call('GET', plain)).toMatchObject({ status: 200 });
  });

  it('does not answer for another worker that had its port before', async () => {
    const other = address.replace('worker-1', 'worker-2');
    expect(await http.call('GET', `${other}/status`)).toMatchObject({ status: 503, body: { code: 'E_UNAVAILABLE' } });
    expect(await http.call('POST', `${other}/replica/kv_0/install`, {})).toMatchObject({ status: 503 });
  });

  it.each([
    ['PUT', '/kv/a', { id: 'x', value: 'y' }, 503],
    ['PUT', '/kv/a', { id: '', value: 'y' }, 400],
    ['PUT', '/kv/a', { value: 1 }, 400],
    ['PUT', `/kv/${'k'.repeat(1025)}`, { id: 'x', value: 'y' }, 400],
    ['GET', '/kv/%ff', undefined, 400],
    ['GET', '/partitions/kv_0', undefined, 503],
    ['GET', '/nothing', undefined, 404],
    ['POST', '/replica/kv_0/other', {}, 404],
  ])('%s %s with %j is answered with %i', async (method, path, body, status) => {
    expect(await http.call(method, `${address}${path}`, body)).toMatchObject({ status });
  });
});
