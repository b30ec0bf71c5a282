import { defineConfig } from 'vitest/config';

/** What `npm run chaos` runs: real desk processes, killed and cut off. One file at a time; within a file few at once, because most of it is waiting. */
export default defineConfig({
  test: {
    include: ['test/chaos/**/*.test.ts'],
    globalSetup: ['test/support/postgres-global.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    maxConcurrency: 3,
    pool: 'forks',
  },
});
