/** A history that could not be had is never an empty one; only a workflow that GitHub does not know has none. */
import { describe, expect, it } from 'vitest';
import { findLive } from '../../../src/policy/deploy/past-deploys.ts';
import { deployFile, deployRunsPath, getKnown, openHistory, pastClient } from './read-history-world.ts';

describe('a deploy workflow', () => {
  it('that GitHub does not know has no runs: nothing was ever deployed', async () => {
    const { front, readHistory } = await openHistory();
    front.removeWorkflow('heritage', deployFile);
    const facts = await readHistory();
    expect(getKnown(facts.runs)).toEqual([]);
    expect(facts).not.toHaveProperty('olderDeploys');
    expect(getKnown(findLive(facts, pastClient, 'staging'))).toBeNull();
    expect(getKnown((await readHistory()).runs)).toEqual([]);
  });

  it('that comes to be is seen at the next look', async () => {
    const { front, addDeploy, readHistory } = await openHistory();
    front.removeWorkflow('heritage', deployFile);
    await readHistory();
    front.addWorkflow('heritage', { file: deployFile, name: 'Deploy' });
    const id = addDeploy(1);
    expect(getKnown((await readHistory()).runs)).toMatchObject([{ id }]);
  });

  it('that is listed and has no page is unknown', async () => {
    const { front, readHistory } = await openHistory();
    front.faults.status({ path: deployRunsPath }, 404);
    expect((await readHistory()).runs).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: 'GitHub lists acuops-deploy.yml but not its runs',
    });
  });

  it('that is not found is unknown as long as the list of workflows is', async () => {
    const { front, readHistory } = await openHistory();
    front.removeWorkflow('heritage', deployFile);
    front.faults.status({ path: '/repos/acme/heritage/actions/workflows' }, 503);
    expect((await readHistory()).runs).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: 'GitHub answered 503',
    });
  });

  it('of a repository that may not be seen is unknown', async () => {
    const { front, readHistory } = await openHistory();
    await readHistory();
    front.setAccessible('heritage', false);
    const unknown = { kind: 'unknown', reason: 'no-access' };
    expect(await readHistory()).toMatchObject({ workflows: unknown, runs: unknown, deployTags: unknown });
  });
});

describe('a fault of GitHub', () => {
  it.each([
    [500, 'unavailable', 'GitHub answered 500'],
    [503, 'unavailable', 'GitHub answered 503'],
    [403, 'no-access', 'the token may not read this repository (403)'],
  ])('%i leaves the runs unknown, whatever was read before', async (status, reason, say) => {
    const { front, readHistory } = await openHistory();
    await readHistory();
    front.faults.status({ path: deployRunsPath }, status);
    const facts = await readHistory();
    expect(facts.runs).toEqual({ kind: 'unknown', reason, say });
    expect(facts.workflows.kind).toBe('known');
    expect(facts.deployTags.kind).toBe('known');
  });

  it.each([
    [503, /^GitHub answered 503$/u],
    [404, /^runs of acuops-deploy\.yml before .* UTC not read$/u],
  ])('%i on the second page leaves the older deploys unknown', async (status, say) => {
    const faulty = { lay: () => {} };
    const { front, addDeploys, readHistory } = await openHistory({ beforeSecondPage: () => faulty.lay() });
    addDeploys(130);
    await readHistory();
    faulty.lay = () => front.faults.status({ path: deployRunsPath }, status);
    const facts = await readHistory();
    expect(getKnown(facts.runs)).toHaveLength(100);
    expect(facts.olderDeploys).toMatchObject({
      reason: 'unavailable',
      say: expect.stringMatching(say),
    });
  });
});

describe("GitHub's limit", () => {
  it('lets nothing old stand in', async () => {
    const { front, readHistory } = await openHistory();
    await readHistory();
    front.faults.secondaryLimit({ path: '*' }, 120);
    const unknown = { kind: 'unknown', reason: 'rate-limited', until: expect.any(Date) };
    expect(await readHistory()).toMatchObject({ workflows: unknown, runs: unknown, deployTags: unknown });
  });

  it('before the second page is why older deploys are not known', async () => {
    const { front, addDeploys, readHistory } = await openHistory();
    addDeploys(130);
    front.leaveQuota(3);
    const facts = await readHistory();
    expect(getKnown(facts.runs)).toHaveLength(100);
    expect(facts.olderDeploys).toMatchObject({ reason: 'rate-limited', until: expect.any(Date) });
  });
});

it('a cache that is away costs calls, not answers', async () => {
  const away = () => Promise.reject(new Error('store is away'));
  const { addDeploys, readHistory } = await openHistory({ cache: { read: away, write: away } });
  addDeploys(10);
  expect(getKnown((await readHistory()).runs)).toHaveLength(11);
});
