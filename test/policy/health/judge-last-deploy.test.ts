import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDeployJobs } from '../../../src/policy/health/deploy-runs.ts';
import type { PipelineFacts, RunFact } from '../../../src/policy/health/facts.ts';
import { judgeLastDeploy } from '../../../src/policy/health/judge-last-deploy.ts';
import {
  ago,
  dayMs,
  hourMs,
  job,
  jobs,
  known,
  now,
  run,
  sampleClient,
  samplePipeline,
  unknownFact,
} from './sample-facts.ts';

const client = sampleClient();
const judge = (over: Partial<PipelineFacts>) => judgeLastDeploy(client, samplePipeline(over), now);
const stamp = (at: Date): string => at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
const tag = (at: Date, over: { sha?: string; rolledBack?: boolean } = {}) => ({
  name: `deploy/prod/${stamp(at)}${over.rolledBack === true ? '-ROLLED-BACK' : ''}`,
  sha: over.sha ?? 'sha-of-tag',
});

describe('the age of the last deploy', () => {
  it.each([
    [0, 'pass'],
    [25 * dayMs, 'pass'],
    [25 * dayMs + 1000, 'warn'],
    [30 * dayMs, 'warn'],
    [30 * dayMs + 1000, 'fail'],
    [400 * dayMs, 'fail'],
    [-hourMs, 'pass'],
  ])('%i ms old is %s', (ageMs, verdict) => {
    expect(judge({ deployJobs: jobs(job(999, { completedAt: ago(ageMs) })) }).verdict).toBe(verdict);
  });

  it("follows the client's own thresholds", () => {
    const strict = sampleClient({ thresholds: { deployWarnDays: 1, deployFailDays: 2, ciFailStreak: 3 } });
    const facts = samplePipeline({ deployJobs: jobs(job(999, { completedAt: ago(3 * dayMs) })) });
    expect(judgeLastDeploy(strict, facts, now)).toMatchObject({
      verdict: 'fail',
      say: 'last deploy 3 days ago, limit 2',
    });
  });

  it('says just over the limit instead of "30 days, limit 30"', () => {
    const { say } = judge({ deployJobs: jobs(job(999, { completedAt: ago(30 * dayMs + hourMs) })) });
    expect(say).toBe('last deploy just over 30 days ago, limit 30');
  });

  it("takes the end of the deploy job, and the run's last change where the job has none", () => {
    const old = run(999, { updatedAt: ago(40 * dayMs) });
    expect(judge({ runs: known([old]), deployJobs: jobs(job(999, { completedAt: null })) }).verdict).toBe(
      'fail',
    );
  });
});

describe('which runs are deploys', () => {
  const never = { verdict: 'fail', cause: 'never-deployed', say: 'never deployed' };
  const only = (over: Partial<RunFact>, jobOver = {}) =>
    judge({ runs: known([run(999, over)]), deployJobs: jobs(job(999, jobOver)) });

  it.each<[string, Partial<RunFact>, object]>([
    ['push', { event: 'push' }, {}],
    ['workflow_dispatch for production', { event: 'workflow_dispatch', title: 'Deploy production' }, {}],
    ['repository_dispatch for production', { event: 'repository_dispatch', title: 'prod' }, {}],
    [
      'workflow_dispatch whose job names production',
      { event: 'workflow_dispatch' },
      { environment: 'production' },
    ],
  ])('%s counts', (_what, over, jobOver) => {
    expect(only(over, jobOver).verdict).toBe('pass');
  });

  it.each<[string, Partial<RunFact>, object]>([
    ['a pull request', { event: 'pull_request' }, {}],
    ['a schedule', { event: 'schedule' }, {}],
    ['another branch', { branch: 'staging' }, {}],
    ['another workflow', { file: 'acuops-ci.yml' }, {}],
    ['a dispatch for staging', { event: 'workflow_dispatch', title: 'Deploy to staging' }, {}],
    ['a dispatch whose job names staging', { event: 'workflow_dispatch' }, { environment: 'staging' }],
    ['a skipped deploy job', {}, { conclusion: 'skipped' }],
    ['a failed deploy job', {}, { conclusion: 'failure' }],
    ['no deploy job at all', {}, { conclusion: 'missing' }],
    ['a dry run', {}, { dryRun: true }],
  ])('%s does not', (_what, over, jobOver) => {
    expect(only(over, jobOver)).toMatchObject(never);
  });

  it('a run that still goes is not counted', () => {
    expect(only({ status: 'in_progress', conclusion: null })).toMatchObject(never);
  });

  it('a run whose later checks failed is a deploy all the same', () => {
    expect(only({ conclusion: 'failure' }).verdict).toBe('pass');
  });

  it('a commit message that mentions staging does not hide a push', () => {
    expect(only({ title: 'Copy prices from staging' }).verdict).toBe('pass');
  });

  it('only the latest attempt of a run speaks', () => {
    const facts = { runs: known([run(999, { attempt: 1 }), run(999, { attempt: 2 })]) };
    const first = job(999, { attempt: 1 });
    expect(
      judge({ ...facts, deployJobs: jobs(first, job(999, { attempt: 2, conclusion: 'failure' })) }),
    ).toMatchObject(never);
    expect(judge({ ...facts, deployJobs: jobs(first) })).toMatchObject({
      verdict: 'unknown',
      cause: 'jobs-not-read',
    });
  });

  it('no runs at all is never deployed', () => {
    expect(judge({ runs: known([]) })).toMatchObject(never);
  });
});

describe('a dispatch that names no environment', () => {
  const dispatch = (id: number) => run(id, { event: 'workflow_dispatch', title: 'Deploy' });
  const unnamed = {
    verdict: 'unknown',
    cause: 'environment-not-named',
    url: 'https://github.example/runs/999',
  };

  it('may have gone to staging, so it is neither a deploy nor proof that there was none', () => {
    const only = judge({ runs: known([dispatch(999)]), deployJobs: jobs(job(999)) });
    expect(only).toMatchObject({ ...unnamed, say: 'the newest deploy run does not say which environment' });
    const scheduled = run(999, { event: 'repository_dispatch', title: 'scheduled-deploy' });
    const both = run(999, { event: 'workflow_dispatch', title: 'Staging to production' });
    for (const one of [scheduled, both])
      expect(judge({ runs: known([one]), deployJobs: jobs(job(999)) })).toMatchObject(unnamed);
  });

  it('hides no older deploy that passes by itself, and is asked past for it', () => {
    const runs = known([dispatch(999), run(900)]);
    expect(planDeployJobs(samplePipeline({ runs, deployJobs: jobs(job(999)) }), client)).toStrictEqual([
      { runId: 900, attempt: 1 },
    ]);
    const older = job(900, { completedAt: ago(3 * dayMs) });
    expect(judge({ runs, deployJobs: jobs(job(999), older) }).say).toBe('last deploy 3 days ago');
  });

  it('holds back a warning or failure that it could lift, and no other', () => {
    const runs = known([dispatch(999), run(900)]);
    const older = job(900, { completedAt: ago(40 * dayMs) });
    expect(judge({ runs, deployJobs: jobs(job(999), older) })).toMatchObject(unnamed);
    const old = job(999, { completedAt: ago(35 * dayMs) });
    expect(judge({ runs, deployJobs: jobs(old, older) }).verdict).toBe('fail');
    expect(judge({ runs: known([dispatch(999)]), deployJobs: jobs(old) }).verdict).toBe('fail');
  });

  it('does not matter where a later deploy, a tag or its own jobs decide', () => {
    const later = jobs(
      job(999, { completedAt: ago(28 * dayMs) }),
      job(900, { completedAt: ago(40 * dayMs) }),
    );
    expect(judge({ runs: known([run(999), dispatch(900)]), deployJobs: later }).verdict).toBe('warn');
    const facts = { runs: known([dispatch(999)]), deployJobs: jobs(job(999)) };
    expect(judge({ ...facts, deployTags: known([tag(ago(dayMs))]) }).verdict).toBe('pass');
    expect(judge({ ...facts, deployJobs: jobs(job(999, { conclusion: 'skipped' })) }).cause).toBe(
      'never-deployed',
    );
  });
});

describe('tags', () => {
  it('are decisive over runs, older or younger', () => {
    expect(judge({ deployTags: known([tag(ago(40 * dayMs))]) }).verdict).toBe('fail');
    const oldRun = { deployJobs: jobs(job(999, { completedAt: ago(40 * dayMs) })) };
    expect(judge({ ...oldRun, deployTags: known([tag(ago(dayMs))]) }).verdict).toBe('pass');
  });

  it('decide even when the runs cannot be read, and need no jobs', () => {
    const facts = samplePipeline({ runs: unknownFact, deployTags: known([tag(ago(dayMs))]) });
    expect(judgeLastDeploy(client, facts, now).verdict).toBe('pass');
    expect(
      planDeployJobs({ ...facts, runs: known([run(999)]), deployJobs: new Map() }, client),
    ).toStrictEqual([]);
  });

  it('the newest standing one counts, whatever the order', () => {
    const tags = [tag(ago(40 * dayMs)), tag(ago(2 * dayMs)), tag(ago(28 * dayMs))];
    fc.assert(
      fc.property(fc.shuffledSubarray(tags, { minLength: 3 }), (shuffled) => {
        expect(judge({ deployTags: known(shuffled) }).say).toBe('last deploy 2 days ago');
      }),
    );
  });

  it('a rolled-back one does not count, the one before it stands', () => {
    const tags = [tag(ago(28 * dayMs)), tag(ago(dayMs), { rolledBack: true })];
    expect(judge({ deployTags: known(tags) })).toMatchObject({
      verdict: 'warn',
      say: 'last deploy 28 days ago, limit 30',
    });
  });

  it('a plain tag with the stamp of a rolled-back one is the same deploy', () => {
    const tags = [tag(ago(28 * dayMs)), tag(ago(dayMs)), tag(ago(dayMs), { rolledBack: true })];
    expect(judge({ deployTags: known(tags) }).verdict).toBe('warn');
  });

  it('where all are rolled back the runs decide, without those commits', () => {
    const deployTags = known([tag(ago(dayMs), { rolledBack: true, sha: 'sha-999' })]);
    const runs = known([run(999), run(900)]);
    const deployJobs = jobs(job(999), job(900, { completedAt: ago(28 * dayMs) }));
    expect(judge({ deployTags, runs, deployJobs }).verdict).toBe('warn');
    expect(judge({ deployTags, runs: known([run(999)]), deployJobs }).cause).toBe('never-deployed');
  });

  it.each(['deploy/prod/latest', 'deploy/prod/20260230-101010', 'deploy/staging/20261119-101010', 'v1.2.3'])(
    '%s is no deploy tag',
    (name) => {
      expect(judge({ deployTags: known([{ name, sha: 'x' }]), runs: known([]) }).cause).toBe(
        'never-deployed',
      );
    },
  );
});

describe('what cannot be read', () => {
  it('unreadable tags are unknown: a rolled-back deploy would look good', () => {
    expect(judge({ deployTags: unknownFact })).toMatchObject({
      verdict: 'unknown',
      cause: 'unavailable',
      say: 'GitHub answered 503',
    });
  });

  it('unreadable runs without tags are unknown', () => {
    expect(judge({ runs: unknownFact }).verdict).toBe('unknown');
  });

  it('an unread newer run does not unsettle a pass, but does hold back a failure', () => {
    const runs = known([run(999), run(900)]);
    expect(judge({ runs, deployJobs: jobs(job(900, { completedAt: ago(20 * dayMs) })) }).verdict).toBe(
      'pass',
    );
    expect(judge({ runs, deployJobs: jobs(job(900, { completedAt: ago(40 * dayMs) })) }).cause).toBe(
      'jobs-not-read',
    );
  });

  it('carries the age of the older of the two facts', () => {
    const { observedAt } = judge({ runs: known([run(999)], ago(1000)), deployTags: known([], ago(5000)) });
    expect(observedAt).toStrictEqual(ago(5000));
  });
});

describe('planDeployJobs', () => {
  const runs = Array.from({ length: 20 }, (_, index) => run(980 + index));

  it('asks for the newest unread runs, a handful at a time', () => {
    const facts = samplePipeline({
      runs: known(runs),
      deployJobs: jobs(job(999, { conclusion: 'skipped' })),
    });
    expect(planDeployJobs(facts, client)).toStrictEqual(
      [998, 997, 996, 995, 994].map((runId) => ({ runId, attempt: 1 })),
    );
    expect(planDeployJobs(facts, client, 1)).toHaveLength(1);
  });

  it('asks for nothing older than a known deploy', () => {
    const facts = samplePipeline({
      runs: known(runs),
      deployJobs: jobs(job(999, { dryRun: true }), job(998)),
    });
    expect(planDeployJobs(facts, client)).toStrictEqual([]);
  });

  it('reading what it asks for always ends in an answer, in any order of runs', () => {
    const outcome = fc.constantFrom('success', 'skipped', 'failure', 'missing');
    const shuffled = fc.shuffledSubarray(runs, { minLength: 20 });
    fc.assert(
      fc.property(shuffled, fc.array(outcome, { minLength: 20, maxLength: 20 }), (order, outcomes) => {
        const read = new Map<string, ReturnType<typeof job>>();
        const facts = () => samplePipeline({ runs: known(order), deployJobs: read });
        for (let round = 0; planDeployJobs(facts(), client).length > 0; round += 1) {
          expect(round).toBeLessThan(5);
          for (const { runId, attempt } of planDeployJobs(facts(), client)) {
            read.set(`${runId}/${attempt}`, job(runId, { conclusion: outcomes[runId - 980] ?? null }));
          }
        }
        const expected = outcomes.includes('success') ? 'deployed' : 'never-deployed';
        expect(judgeLastDeploy(client, facts(), now).cause).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});
