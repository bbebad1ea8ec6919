import { readFileSync } from 'node:fs';
import { errorCatalogue } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8');

describe('docs/reference/errors.md', () => {
  it('has exactly the errors of the catalogue, word for word and in its order', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `E_'));
    const wanted = Object.entries(errorCatalogue).map(
      ([code, kind]) =>
        `| \`${code}\` | ${kind.httpStatus} | ${kind.retryable ? 'yes' : 'no'} | ${kind.meaning} | ${kind.action} |`,
    );
    expect(rows).toEqual(wanted);
  });
});
