import { describe, expect, it } from 'vitest';
import { findLive, toLiveCommit } from '../../../src/policy/deploy/past-deploys.ts';
import { createPipelineReader } from '../../../src/systems/github/read-pipeline.ts';
import { openSourceWorld } from './source-world.ts';
import { createMemoryCache, toClient } from './world.ts';

const tag = 'deploy/prod/20261101-204500';

/** The newest deploy tag stands on the first of three commits. */
const openTagged = async (annotated: boolean) => {
  const world = await openSourceWorld();
  const { front, github, clock, live } = world;
  front.addTag('heritage', tag, live, { annotated });
  const pipeline = createPipelineReader({ client: github, cache: createMemoryCache(), clock });
  const readLive = async () => {
    const client = toClient('heritage');
    const options = { maxAgeMs: 0, signal: AbortSignal.timeout(10_000), planJobs: () => [] };
    const found = findLive(
      await pipeline.read(client, options),
      { ...client, stagingBranch: null },
      'production',
    );
    if (found.kind === 'unknown' || found.value === null) throw new Error('nothing live');
    return { found, version: found.value };
  };
  return { ...world, readLive };
};

describe('what is live by an annotated tag', () => {
  it('is compared by the name of the tag, and its commit comes back', async () => {
    const { read, readLive, live } = await openTagged(true);
    const { found, version } = await readLive();
    expect(version.ref).toBe(tag);
    expect(version.sha).not.toBe(live);
    const { change } = await read({ live: version.ref });
    expect(change).toMatchObject({ kind: 'known', value: { base: live, standing: 'ahead', aheadBy: 2 } });
    expect(toLiveCommit(found, change)).toMatchObject({
      kind: 'known',
      value: { sha: live, at: version.at },
    });
    // The object of the tag is no commit.
    expect((await read({ live: version.sha })).change).toMatchObject({ reason: 'unavailable' });
  });

  it('is asked for each time, since tags can be moved, at no charge while it stays', async () => {
    const { front, read, takeCalls, middle } = await openTagged(true);
    await read({ live: tag });
    takeCalls();
    await read({ live: tag });
    const compared = takeCalls().calls.filter(({ path }) => path.includes('/compare/'));
    expect(compared).toMatchObject([{ status: 304, charged: 0 }]);
    front.addTag('heritage', tag, middle, { annotated: true });
    expect((await read({ live: tag })).change).toMatchObject({ value: { base: middle, aheadBy: 1 } });
  });

  it('and gone by now, or no name of such a tag, cannot be compared', async () => {
    const { front, read } = await openTagged(true);
    expect((await read({ live: 'deploy/prod/20261102-000000' })).change).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: 'GitHub cannot compare it with the live version deploy/prod/20261102-000000',
    });
    front.resetCounts();
    for (const live of ['main', 'v1', 'deploy/prod/a..b', `x${tag}`])
      expect((await read({ live })).change).toMatchObject({ reason: 'malformed' });
    expect(front.calls().filter(({ path }) => path.includes('/compare/'))).toEqual([]);
  });
});

it('what is live by a plain tag is compared by its commit, once for ever', async () => {
  const { read, readLive, takeCalls, live } = await openTagged(false);
  const { found, version } = await readLive();
  expect(version).toMatchObject({ ref: live, sha: live });
  const { change } = await read({ live: version.ref });
  expect(toLiveCommit(found, change)).toBe(found);
  takeCalls();
  await read({ live: version.ref });
  expect(takeCalls().calls.filter(({ path }) => path.includes('/compare/'))).toEqual([]);
});
