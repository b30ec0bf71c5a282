/** A deploy is judged by a whole history of every branch, or by one that says where it ends. */
import { describe, expect, it } from 'vitest';
import { findLive, toPastDeploys } from '../../../src/policy/deploy/past-deploys.ts';
import {
  deployFile,
  deployRunsPath,
  getKnown,
  openHistory,
  pastClient,
  planAll,
} from './read-history-world.ts';
import { toClient } from './world.ts';

describe('the history of deploys', () => {
  it('is read over all branches, further than one page', async () => {
    const { addDeploy, addDeploys, readHistory, takeCalls } = await openHistory();
    addDeploys(129);
    const sha = 'c'.repeat(40);
    addDeploy(600, { branch: 'staging', headSha: sha });
    takeCalls();
    const facts = await readHistory();
    const runs = getKnown(facts.runs);
    expect(runs).toHaveLength(131);
    expect(runs.filter(({ branch }) => branch === 'staging')).toHaveLength(65);
    expect(facts).not.toHaveProperty('olderDeploys');
    const past = getKnown(toPastDeploys(facts, pastClient));
    expect(past.find((one) => one.sha === sha)).toMatchObject({ environment: 'staging' });
    const paths = takeCalls().calls.map(({ path }) => path);
    expect(paths).toHaveLength(4);
    expect(paths.filter((path) => path.startsWith(deployRunsPath))).toHaveLength(2);
    expect(paths.filter((path) => /branch=|event=|status=/u.test(path))).toEqual([]);
  });

  it('says where it is cut, deploy tags or not', async () => {
    const { front, addDeploys, readHistory, takeCalls } = await openHistory();
    front.addTag('heritage', 'deploy/prod/20261101-204500');
    addDeploys(230);
    takeCalls();
    const facts = await readHistory();
    const runs = getKnown(facts.runs);
    expect(runs).toHaveLength(200);
    const oldest = runs.at(-1)?.createdAt.toISOString().slice(0, 16).replace('T', ' ');
    expect(facts.olderDeploys).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: `runs of acuops-deploy.yml before ${oldest} UTC not read`,
    });
    expect(takeCalls().count).toBe(4);
  });

  it('that is cut is no word on staging where none of it went there', async () => {
    const { addDeploys, readHistory } = await openHistory();
    addDeploys(230, { branch: 'main' });
    expect(findLive(await readHistory(), pastClient, 'staging')).toMatchObject({
      kind: 'unknown',
      say: expect.stringMatching(/^runs of acuops-deploy\.yml before /u),
    });
  });

  it.each([
    [100, 3],
    [200, 4],
  ])('of exactly %i runs is whole after %i calls', async (count, calls) => {
    const { addDeploys, readHistory, takeCalls } = await openHistory();
    addDeploys(count - 1);
    takeCalls();
    const facts = await readHistory();
    expect(getKnown(facts.runs)).toHaveLength(count);
    expect(facts).not.toHaveProperty('olderDeploys');
    expect(takeCalls().count).toBe(calls);
  });

  it('is not cut by runs of other workflows, which are left out', async () => {
    const { front, readHistory } = await openHistory();
    for (let index = 0; index < 220; index += 1)
      front.addRun('heritage', { file: 'ci.yml', event: 'push', createdAt: new Date(), jobs: [] });
    const facts = await readHistory();
    expect(getKnown(facts.runs)).toMatchObject([{ file: deployFile, branch: 'main' }]);
    expect(facts).not.toHaveProperty('olderDeploys');
  });

  it('stays whole when a deploy starts between its two pages', async () => {
    const { addDeploy, addDeploys, readHistory } = await openHistory({
      beforeSecondPage: () => void addDeploy(0, { status: 'in_progress' }),
    });
    addDeploys(120);
    const facts = await readHistory();
    expect(getKnown(facts.runs)).toHaveLength(121);
    expect(facts).not.toHaveProperty('olderDeploys');
  });
});

describe('what reading it again costs', () => {
  it('is nothing that is charged while nothing changed, and the answers are new all the same', async () => {
    const { addDeploys, readHistory, takeCalls, clock } = await openHistory();
    addDeploys(130);
    const first = await readHistory(planAll);
    expect(first.deployJobs.size).toBeGreaterThan(0);
    takeCalls();
    clock.move(1_000);
    const second = await readHistory(planAll);
    expect(takeCalls()).toMatchObject({ count: 4, charged: 0 });
    expect(getKnown(second.runs)).toEqual(getKnown(first.runs));
    expect(second.deployJobs).toEqual(first.deployJobs);
    expect(second.runs.kind === 'known' && second.runs.observedAt).not.toEqual(
      first.runs.kind === 'known' && first.runs.observedAt,
    );
  });

  it('is one page where a deploy came, even a second later', async () => {
    const { addDeploy, readHistory, takeCalls } = await openHistory();
    await readHistory();
    const id = addDeploy(0, { branch: 'staging', status: 'in_progress' });
    takeCalls();
    expect(getKnown((await readHistory()).runs)).toMatchObject([{ id, status: 'in_progress' }, {}]);
    expect(takeCalls()).toMatchObject({ count: 3, charged: 1 });
  });

  it('shares tags and workflows with the health check, but not the runs', async () => {
    const { read, readHistory, takeCalls } = await openHistory();
    const health = await read();
    takeCalls();
    await readHistory();
    expect(takeCalls()).toMatchObject({ count: 3, charged: 1 });
    expect((await read()).runs).toEqual(health.runs);
    expect(takeCalls().count).toBe(0);
  });
});

it("reads the jobs that the plan asks for, and takes no push for a dry run by its commit's message", async () => {
  const { addDeploy, readHistory } = await openHistory();
  const titled = (displayTitle: string, event: string) =>
    addDeploy(5, { event, displayTitle, headSha: 'd'.repeat(40), branch: 'staging' });
  const push = titled('Fix the dry run flag', 'push');
  const dry = titled('Deploy staging (dry run)', 'workflow_dispatch');
  const planned = [push, dry].map((runId) => ({ runId, attempt: 1 }));
  const facts = await readHistory(() => planned);
  expect(facts.deployJobs.get(`${push}/1`)).toMatchObject({ dryRun: false, conclusion: 'success' });
  expect(facts.deployJobs.get(`${dry}/1`)).toMatchObject({ dryRun: true });
  expect(getKnown(findLive(facts, pastClient, 'staging'))).toMatchObject({ sha: 'd'.repeat(40) });
});

it('asks nothing for a repository that is written wrongly', async () => {
  const { readHistory, takeCalls } = await openHistory();
  takeCalls();
  const facts = await readHistory(planAll, toClient('x', { repo: 'acme/../x' }));
  expect(facts.runs).toMatchObject({ kind: 'unknown', reason: 'not-configured' });
  expect(takeCalls().count).toBe(0);
});
