import type { BrokenDriver } from './broken-driver.ts';
import { brokenFailers } from './failing.ts';
import { brokenReaders } from './reading.ts';
import { brokenSessions } from './sessions.ts';
import { brokenWatchers } from './watching.ts';
import { brokenWriters } from './writing.ts';

/** Every driver that is wrong on purpose. */
export const brokenDrivers: readonly BrokenDriver[] = [
  ...brokenReaders,
  ...brokenWriters,
  ...brokenSessions,
  ...brokenWatchers,
  ...brokenFailers,
];
