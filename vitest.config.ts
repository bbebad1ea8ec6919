import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const seeds = fileURLToPath(new URL('tests/setup/seeds.ts', import.meta.url));

/**
 * unit: no process, no real server, computes all the time, so on every core; runs on every supported Node. Files share their worker's modules, as loading those anew would take longer than the tests.
 * conformance: the suites of the port and of the recipes on real engines, fault runs, and what else waits most of the time: several files run at once.
 * integration: real servers and real processes; one file at a time, as they share two cores.
 */
const conformance = [
  'packages/*/src/**/conformance*.integration.test.ts',
  'packages/fault-runs/src/*.integration.test.ts',
  'packages/{cli,store-embedded,store-etcd}/src/*.integration.test.ts',
  'packages/testing/src/peer-network.integration.test.ts',
  'tests/{store,coordination}/**/*.test.ts',
];

export default defineConfig({
  resolve: { conditions: ['keelson-source'] },
  ssr: { resolve: { conditions: ['keelson-source'] } },
  test: {
    setupFiles: [seeds],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          isolate: false,
          include: ['packages/*/{src,app,test}/**/*.test.{ts,tsx}', 'examples/*/src/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts'],
          testTimeout: 60_000,
          maxWorkers: '100%',
        },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: conformance,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 4,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [
            'packages/*/{src,test}/**/*.integration.test.ts',
            'examples/*/src/**/*.integration.test.ts',
            'tests/**/*.test.ts',
          ],
          exclude: conformance,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
