import { defineConfig } from 'vitest/config';

/** What `npm run chaos` runs: real desk processes, killed and cut off. One file at a time; within a file few at once, because most of it is waiting. */
export default defineConfig({
  test: {
    // `whole`: the desk, the sandbox and the bench as processes, undisturbed; slow, and of the same kind.
    include: ['test/chaos/**/*.test.ts', 'test/whole/**/*.test.ts'],
    globalSetup: ['test/support/postgres-global.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    maxConcurrency: 3,
    pool: 'forks',
  },
});
