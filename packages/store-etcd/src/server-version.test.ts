import { expect, test } from 'vitest';
import { answersProgressInOrder } from './server-version.ts';

test.each([
  ['3.3.27', false],
  ['3.4.23', false],
  ['3.4.25', true],
  ['3.5.7', false],
  ['3.5.8', true],
  ['3.6.0', true],
  ['3.7.3', true],
  ['4.0.0-rc.1', true],
  ['', false],
  [undefined, false],
])('progress of %s is trusted: %s', (version, trusted) => {
  expect(answersProgressInOrder(version)).toBe(trusted);
});
