import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findLive,
  type PastClient,
  planDeployReads,
  toPastDeploys,
} from '../../../src/policy/deploy/past-deploys.ts';
import type { DeployJobFact, PipelineFacts, RunFact } from '../../../src/policy/health/facts.ts';
import {
  ago,
  dayMs,
  hourMs,
  job,
  jobs,
  known,
  now,
  run,
  samplePipeline,
  unknownFact,
} from '../health/sample-facts.ts';

const client: PastClient = {
  deployWorkflow: 'acuops-deploy.yml',
  productionBranch: 'main',
  stagingBranch: 'staging',
};
const pipeline = (
  runs: readonly RunFact[],
  read: readonly DeployJobFact[],
  over: Partial<PipelineFacts> = {},
) => samplePipeline({ runs: known(runs), deployJobs: jobs(...read), ...over });
const list = (...args: Parameters<typeof pipeline>) => {
  const fact = toPastDeploys(pipeline(...args), client);
  if (fact.kind === 'unknown') throw new Error(fact.say);
  return fact.value;
};
const dispatch = (id: number, over: Partial<RunFact> = {}) =>
  run(id, { event: 'workflow_dispatch', title: 'Deploy', ...over });
const staging = (id: number, over: Partial<RunFact> = {}) => run(id, { branch: 'staging', ...over });
const tagAt = (text: string, sha: string, suffix = '') => ({ name: `deploy/prod/${text}${suffix}`, sha });
const rolledBack = (sha: string) => known([tagAt('20261118-101010', sha, '-ROLLED-BACK')]);
const older = { kind: 'unknown', reason: 'unavailable', say: 'older runs not read' } as const;

describe('which runs were deploys', () => {
  it.each<[string, Partial<RunFact>, Partial<DeployJobFact>]>([
    ['a pull request', { event: 'pull_request' }, {}],
    ['a schedule', { event: 'schedule' }, {}],
    ['another workflow', { file: 'acuops-ci.yml' }, {}],
    ['a push to another branch', { branch: 'feature' }, {}],
    ['a dispatch titled dry run', { event: 'workflow_dispatch', title: 'Deploy (dry run)' }, {}],
    ['a run that was skipped', { conclusion: 'skipped' }, {}],
    ['a good run whose job was a dry run', {}, { dryRun: true }],
    ['a good run whose job was skipped', {}, { conclusion: 'skipped' }],
    ['a good run without such a job', {}, { conclusion: 'missing' }],
  ])('%s was none', (_what, over, jobOver) => {
    expect(list([run(999, over)], [job(999, jobOver)])).toStrictEqual([]);
  });

  it.each<[string, Partial<RunFact>, Partial<DeployJobFact> | null, string]>([
    ['a good job', {}, {}, 'success'],
    ['a good run whose job was not read', {}, null, 'unread'],
    ['a good run whose job failed', {}, { conclusion: 'failure' }, 'failure'],
    ['a good run whose job was cancelled', {}, { conclusion: 'cancelled' }, 'cancelled'],
    ['a failed run', { conclusion: 'failure' }, null, 'failure'],
    ['a run that timed out', { conclusion: 'timed_out' }, null, 'failure'],
    ['a run that could not start', { conclusion: 'startup_failure' }, null, 'failure'],
    ['a run whose later checks failed', { conclusion: 'failure' }, {}, 'failure'],
    ['a failed build, which skips the job', { conclusion: 'failure' }, { conclusion: 'skipped' }, 'failure'],
    [
      'a step that failed before the publish',
      { conclusion: 'failure' },
      { conclusion: 'failure', dryRun: true },
      'failure',
    ],
    ['a cancelled run', { conclusion: 'cancelled' }, null, 'cancelled'],
    ['a run that goes on', { status: 'in_progress', conclusion: null }, null, 'running'],
    ['a run with an odd end', { conclusion: 'neutral' }, null, 'unread'],
    ['a push whose message speaks of a dry run', { title: 'Mend the dry run' }, null, 'unread'],
  ])('%s is told by its outcome', (_what, over, jobOver, outcome) => {
    const read = jobOver === null ? [] : [job(999, jobOver)];
    expect(list([run(999, over)], read)).toMatchObject([{ outcome, runId: 999, sha: 'sha-999' }]);
  });

  it('only the latest attempt of a run speaks, at the time of its deploy', () => {
    const runs = [run(999), run(900, { attempt: 1 }), run(900, { attempt: 2 })];
    const found = list(runs, [job(900, { attempt: 2, completedAt: ago(hourMs / 2) })]);
    expect(found.map(({ runId, attempt }) => [runId, attempt])).toStrictEqual([
      [900, 2],
      [999, 1],
    ]);
    expect(found[0]?.at).toStrictEqual(ago(hourMs / 2));
  });
});

describe('where a deploy went', () => {
  it.each<[string, Partial<RunFact>, Partial<DeployJobFact> | null, string | null]>([
    ['a push to production', {}, null, 'production'],
    ['a push to staging', { branch: 'staging' }, null, 'staging'],
    ['a push whose message speaks of staging', { title: 'Copy from staging' }, null, 'production'],
    ['a dispatch named staging', { event: 'workflow_dispatch', title: 'to staging' }, null, 'staging'],
    ['a dispatch named stg', { event: 'workflow_dispatch', title: 'to stg' }, null, 'staging'],
    ['a dispatch that names both', { event: 'workflow_dispatch', title: 'staging to prod' }, null, null],
    ['a dispatch from the staging branch', { event: 'workflow_dispatch', branch: 'staging' }, null, null],
    ['a dispatch whose job tells', { event: 'workflow_dispatch' }, { environment: 'staging' }, 'staging'],
    ['a push whose job tells otherwise', {}, { environment: 'staging' }, 'staging'],
  ])('%s', (_what, over, jobOver, environment) => {
    const read = jobOver === null ? [] : [job(999, jobOver)];
    expect(list([run(999, over)], read)).toMatchObject([{ environment }]);
  });

  it('one branch for both leaves it open', () => {
    const both = { ...client, stagingBranch: 'main' };
    expect(toPastDeploys(pipeline([run(999)], []), both)).toMatchObject({ value: [{ environment: null }] });
  });
});

describe('deploys that were taken back', () => {
  it('are told by the tag, and only in production', () => {
    const deployTags = rolledBack('sha-999');
    expect(list([run(999)], [job(999)], { deployTags })).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(list([staging(999)], [job(999)], { deployTags })).toMatchObject([{ outcome: 'success' }]);
  });

  it('are hidden as long as the tags are, so nothing is said', () => {
    expect(toPastDeploys(samplePipeline({ deployTags: unknownFact }), client)).toBe(unknownFact);
    expect(findLive(samplePipeline({ deployTags: unknownFact }), client, 'production')).toBe(unknownFact);
  });
});

describe('what is live', () => {
  const live = (environment: 'production' | 'staging', ...args: Parameters<typeof pipeline>) =>
    findLive(pipeline(...args), client, environment);

  it('in production is what the newest standing tag tells, whatever the runs say', () => {
    const deployTags = known([tagAt('20261119-101010', 'tagged'), tagAt('20261118-101010', 'before')]);
    expect(live('production', [run(999)], [], { deployTags })).toMatchObject({
      value: { sha: 'tagged', ref: 'tagged', at: new Date('2026-11-19T10:10:10Z') },
    });
    const fact = findLive(samplePipeline({ runs: unknownFact, deployTags }), client, 'production');
    expect(fact).toMatchObject({ value: { sha: 'tagged' } });
    expect(live('staging', [staging(999)], [job(999)], { deployTags })).toMatchObject({
      value: { sha: 'sha-999' },
    });
  });

  it.each<[string, RunFact[], DeployJobFact[], string | null]>([
    ['the newest good deploy', [run(999), run(900)], [job(999), job(900)], 'sha-999'],
    [
      'not one that failed',
      [run(999, { conclusion: 'failure' }), run(900)],
      [job(999, { conclusion: 'failure' }), job(900)],
      'sha-900',
    ],
    [
      'one whose later checks failed',
      [run(999, { conclusion: 'failure' }), run(900)],
      [job(999), job(900)],
      'sha-999',
    ],
    [
      'an old run that was started again',
      [run(999), run(900, { attempt: 2 })],
      [job(999), job(900, { attempt: 2, completedAt: ago(1000) })],
      'sha-900',
    ],
    ['not one to staging', [staging(999), run(900)], [job(999), job(900)], 'sha-900'],
    ['nothing, where there never was a deploy', [run(999)], [job(999, { conclusion: 'skipped' })], null],
  ])('is %s', (_what, runs, read, sha) => {
    expect(live('production', runs, read)).toMatchObject({
      kind: 'known',
      value: sha === null ? null : { sha, ref: sha },
    });
  });

  it('is the one before a deploy that was taken back', () => {
    const deployTags = rolledBack('sha-999');
    expect(
      live('production', [run(999), run(900)], [job(999), job(900, { completedAt: ago(2 * dayMs) })], {
        deployTags,
      }),
    ).toMatchObject({
      value: { sha: 'sha-900', at: ago(2 * dayMs) },
    });
  });

  it.each<[string, RunFact[], DeployJobFact[], Partial<PipelineFacts>, string]>([
    ['a newer run is unread', [run(999), run(900)], [job(900)], {}, 'deploy jobs of recent runs not read'],
    [
      'a newer failed run is unread',
      [run(999, { conclusion: 'failure' }), run(900)],
      [job(900)],
      {},
      'deploy jobs of recent runs not read',
    ],
    [
      'a newer one went nobody knows where',
      [dispatch(999), run(900)],
      [job(999, { completedAt: now }), job(900)],
      {},
      'the newest deploy run does not say which environment',
    ],
    ['older runs were not read', [], [], { olderDeploys: older }, 'older runs not read'],
    ['the runs are unknown', [], [], { runs: unknownFact }, 'GitHub answered 503'],
  ])('is unknown where %s', (_what, runs, read, over, say) => {
    expect(live('production', runs, read, over)).toMatchObject({ kind: 'unknown', say });
  });

  it('needs no older runs once one is known, and none that are older than it', () => {
    const fact = live('production', [run(999), run(100)], [job(999, { completedAt: ago(hourMs) })], {
      olderDeploys: older,
    });
    expect(fact).toMatchObject({ value: { sha: 'sha-999' } });
  });
});

describe('planDeployReads', () => {
  const plan = (
    runs: readonly RunFact[],
    read: readonly DeployJobFact[],
    wanted = { staging: null as string | null, last: 10 },
    over: Partial<PipelineFacts> = {},
  ) => planDeployReads(pipeline(runs, read, over), client, wanted).map(({ runId }) => runId);
  const standing = { deployTags: known([tagAt('20261120-075900', 'tagged')]) };
  const many = Array.from({ length: 30 }, (_, index) => run(970 + index));

  it('asks for ten at most, newest first', () => {
    expect(plan(many.toReversed(), [])).toStrictEqual([999, 998, 997, 996, 995, 994, 993, 992, 991, 990]);
  });

  it('asks for staging only where the deploy goes there, or for the wanted version', () => {
    const runs = [staging(999), staging(998), run(997)];
    expect(plan(runs, [])).toStrictEqual([997, 999, 998]);
    expect(plan(runs, [], { staging: 'sha-998', last: 10 })).toStrictEqual([997, 998]);
    expect(plan(runs, [job(998)], { staging: 'sha-998', last: 10 })).toStrictEqual([997]);
  });

  it('asks for no failed run whose environment is known, once a tag tells what is live', () => {
    const failed = run(999, { conclusion: 'failure' });
    expect(plan([failed], [], { staging: 'x', last: 10 }, standing)).toStrictEqual([]);
    expect(
      plan([dispatch(999, { conclusion: 'failure' })], [], { staging: 'x', last: 10 }, standing),
    ).toStrictEqual([999]);
    expect(plan([failed], [], { staging: 'x', last: 10 })).toStrictEqual([999]);
  });

  it('asks for nothing that goes on, could not start or is older than the last ones', () => {
    const runs = [
      run(999, { status: 'in_progress', conclusion: null }),
      run(998, { conclusion: 'startup_failure' }),
      run(997),
      run(996),
    ];
    expect(plan(runs, [], { staging: 'x', last: 2 }, standing)).toStrictEqual([997]);
  });

  it('reading what it asks for always ends with everything known', () => {
    const conclusion = fc.constantFrom('success', 'skipped', 'failure', 'missing');
    const kinds = fc.constantFrom(run, staging, (id: number) => dispatch(id, { title: 'to production' }));
    const worlds = fc.array(fc.tuple(kinds, conclusion), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(worlds, fc.boolean(), (world, isTagged) => {
        const runs = world.map(([make], index) => make(999 - index));
        const read = new Map<string, DeployJobFact>();
        const facts = () =>
          samplePipeline({
            runs: known(runs),
            deployJobs: read,
            ...(isTagged ? standing : { deployTags: known([]) }),
          });
        const wanted = { staging: 'sha-990', last: 10 };
        for (
          let next = planDeployReads(facts(), client, wanted);
          next.length > 0;
          next = planDeployReads(facts(), client, wanted)
        ) {
          for (const { runId } of next) {
            expect(read.has(`${runId}/1`)).toBe(false);
            const completedAt = ago((1000 - runId) * hourMs);
            read.set(`${runId}/1`, job(runId, { conclusion: world[999 - runId]?.[1] ?? null, completedAt }));
          }
        }
        const all = toPastDeploys(facts(), client);
        const ours =
          all.kind === 'known' ? all.value.filter(({ environment }) => environment === 'production') : [];
        expect(all.kind).toBe('known');
        expect(ours.slice(0, 10).filter(({ outcome }) => outcome === 'unread')).toStrictEqual([]);
        expect(findLive(facts(), client, 'production').kind).toBe('known');
      }),
      { numRuns: 100 },
    );
  });
});
