import { defineConfig } from 'vitest/config';

/** Everything `npm test` runs: units, contracts and integration with the real parts. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-global.ts'],
    exclude: ['test/chaos/**', 'test/browser/**', 'test/whole/**'],
    testTimeout: 20_000,
    hookTimeout: 40_000,
    pool: 'forks',
    // Most files wait for a database, a socket or a timer, not for a core.
    maxWorkers: 5,
    // Loading the desk's modules anew for each of the files would take half of the time; no file changes shared state.
    isolate: false,
  },
});
