import { virtualRuntime } from '@keelson/runtime';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ApiClient, apiPath, createApiClient } from './client.ts';

const BASE = 'http://server/sub/api/v1/';
const runtime = virtualRuntime({ seed: 1 });
const clientWith = (token?: string): ApiClient => createApiClient({ baseUrl: BASE, token: () => token, runtime });

function answerWith(make: (request: Request) => Response | Promise<Response>): Request[] {
  const seen: Request[] = [];
  vi.stubGlobal('fetch', async (input: URL, init: RequestInit) => {
    const request = new Request(input, init);
    seen.push(request);
    return make(request);
  });
  return seen;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the API client', () => {
  it('escapes names, so that none can reach another path', () => {
    expect(apiPath('clusters', '../a b?c#d')).toBe('clusters/..%2Fa%20b%3Fc%23d');
  });

  it('stays under its base address and sends the token', async () => {
    const seen = answerWith(() => Response.json({ a: 1 }, { headers: { ETag: '"7"' } }));
    const client = clientWith('secret');
    expect(await client.getTagged('clusters')).toEqual({ value: { a: 1 }, etag: '"7"' });
    expect(seen[0]?.url).toBe(`${BASE}clusters`);
    expect(seen[0]?.headers.get('Authorization')).toBe('Bearer secret');
  });

  it('merges only over the version that was seen', async () => {
    const seen = answerWith(() => Response.json({}));
    await clientWith().patch('x', { enabled: false }, { ifMatch: '"7"' });
    expect(seen[0]?.method).toBe('PATCH');
    expect(seen[0]?.headers.get('If-Match')).toBe('"7"');
    expect(seen[0]?.headers.has('Authorization')).toBe(false);
    expect(await seen[0]?.json()).toEqual({ enabled: false });
  });

  it('throws what the server said, and says so when there was no answer', async () => {
    const client = clientWith();
    answerWith(() => Response.json({ code: 'E_NOT_FOUND', detail: 'No such cluster.' }, { status: 404 }));
    await expect(client.get('x')).rejects.toMatchObject({ status: 404, code: 'E_NOT_FOUND' });
    answerWith(() => Promise.reject(new TypeError('fetch failed')));
    await expect(client.get('x')).rejects.toMatchObject({ status: 0, code: 'E_UNAVAILABLE' });
  });

  it('rejects with the reason of an aborted caller, not as unreachable', async () => {
    answerWith((request) => Promise.reject(request.signal.reason));
    const reason = new Error('left the page');
    const call = clientWith().get('x', { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
  });

  it('does not wait for ever, and says of a write that its outcome is unknown', async () => {
    answerWith(() => new Promise(() => undefined));
    const results = Promise.allSettled([clientWith().get('x'), clientWith().patch('x', {}, { ifMatch: undefined })]);
    await runtime.advance(20_000);
    const codes = (await results).map((result) => result.status === 'rejected' && result.reason.code);
    expect(codes).toEqual(['E_TIMEOUT', 'E_OUTCOME_UNKNOWN']);
  });
});
