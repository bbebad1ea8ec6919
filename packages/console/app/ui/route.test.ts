import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRoute, PAGES, parseRoute } from './route.ts';

describe('routes', () => {
  it('come back from the address as they went in, whatever the names', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' });
    const query = fc.dictionary(fc.constantFrom('partition', 'of', 'state', 'text'), name, { noNullPrototype: true });
    fc.assert(
      fc.property(name, fc.constantFrom(...PAGES), query, (cluster, page, query) => {
        expect(parseRoute(formatRoute({ cluster, page, query }))).toEqual({ cluster, page, query });
      }),
    );
  });

  it.each(['', '#', '#/', '#//nowhere', '#/%E0%A4%A/overview'])('take %j for an overview', (hash) => {
    expect(parseRoute(hash).page).toBe('overview');
  });
});
