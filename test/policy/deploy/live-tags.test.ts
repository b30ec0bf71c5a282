import { describe, expect, it } from 'vitest';
import type { LiveVersion } from '../../../src/policy/deploy/facts.ts';
import { findLive, toLiveCommit } from '../../../src/policy/deploy/past-deploys.ts';
import type { DeployJobFact, EnvironmentName, RunFact, TagFact } from '../../../src/policy/health/facts.ts';
import { job, jobs, known, now, run, samplePipeline, unknownFact } from '../health/sample-facts.ts';
import { change } from './sample-gate-facts.ts';

const client = { deployWorkflow: 'acuops-deploy.yml', productionBranch: 'main', stagingBranch: 'staging' };
/** Two good deploys, the newer of commit `sha-999`. */
const live = (
  tags: readonly TagFact[],
  environment: EnvironmentName = 'production',
  runs: readonly RunFact[] = [run(999), run(900)],
) => {
  const completedAt = new Date('2026-11-18T10:12:00Z');
  const deployJobs = jobs(...runs.map(({ id }) => job(id, { completedAt })));
  const facts = samplePipeline({ runs: known(runs), deployJobs, deployTags: known(tags) });
  return findLive(facts, client, environment);
};
const before = { name: 'deploy/prod/20261117-101010', sha: 'before' };
const plain = { name: 'deploy/prod/20261118-101010', sha: 'sha-999' };
const hidden = { name: `${plain.name}-ROLLED-BACK`, sha: 'object', isAnnotated: true };

describe('what is live by an annotated tag', () => {
  const found = live([{ ...plain, sha: 'object', isAnnotated: true }]);

  it('is named by that tag, and its commit by the comparison with it', () => {
    expect(found).toMatchObject({ value: { sha: 'object', ref: plain.name } });
    const compared = known(change({ base: 'sha-999' }));
    expect(toLiveCommit(found, compared)).toMatchObject({ value: { sha: 'sha-999', ref: plain.name } });
  });

  it('is not known without that comparison', () => {
    expect(toLiveCommit(found, unknownFact)).toBe(unknownFact);
    expect(toLiveCommit(found, null)).toMatchObject({ kind: 'unknown', reason: 'unavailable' });
  });
});

it.each<[string, LiveVersion | null]>([
  ['a commit', { sha: 'a', ref: 'a', at: now }],
  ['nothing', null],
])('what is live as %s stays what it is, whatever was compared', (_what, value) => {
  const found = known(value);
  for (const compared of [known(change()), unknownFact, null])
    expect(toLiveCommit(found, compared)).toBe(found);
  expect(toLiveCommit(unknownFact, known(change()))).toBe(unknownFact);
});

describe('an annotated tag of a deploy that was taken back', () => {
  it('hides which one it was, so nothing is guessed', () => {
    expect(live([hidden])).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: 'a rolled-back deploy has an annotated tag, so its commit is not read',
    });
  });

  it('hides nothing where a plain tag of the same stamp names the commit', () => {
    expect(live([hidden, plain])).toMatchObject({ value: { sha: 'sha-900' } });
  });

  it('is no matter where another deploy stands, nor on staging', () => {
    const stood = {
      createdAt: new Date('2026-11-18T10:00:00Z'),
      updatedAt: new Date('2026-11-18T10:12:00Z'),
    };
    expect(live([hidden, before], 'production', [run(999, stood)])).toMatchObject({
      value: { sha: 'before', ref: 'before' },
    });
    const there = live([hidden], 'staging', [run(999, { branch: 'staging' })]);
    expect(there).toMatchObject({ value: { sha: 'sha-999' } });
  });
});

describe('a run that deployed after the newest tag', () => {
  const disagree = {
    kind: 'unknown',
    reason: 'unavailable',
    say: 'tags and runs disagree on what is live',
  };
  const ended = (minutes: number) => new Date(Date.parse('2026-11-18T10:10:10Z') + minutes * 60_000);
  const find = (tag: TagFact, over: Partial<RunFact>, jobOver: Partial<DeployJobFact> = {}) =>
    findLive(
      samplePipeline({
        runs: known([run(999, { headSha: 'newer', updatedAt: ended(90), ...over })]),
        deployJobs: jobs(job(999, { completedAt: ended(31), ...jobOver })),
        deployTags: known([tag]),
      }),
      client,
      'production',
    );

  it('leaves open which of the two is live', () => {
    expect(find(plain, {})).toEqual(disagree);
    expect(find({ ...plain, isAnnotated: true }, {})).toEqual(disagree);
  });

  it.each<[string, Partial<RunFact>, Partial<DeployJobFact>]>([
    ['is of the same commit', { headSha: 'sha-999' }, {}],
    ['ended soon after the tag', {}, { completedAt: ended(30) }],
    ['failed', {}, { conclusion: 'failure' }],
    ['was a dry run', {}, { dryRun: true }],
    ['went to staging', {}, { environment: 'staging' }],
    ['is of another attempt', { attempt: 2 }, {}],
  ])('says nothing where it %s', (_what, over, jobOver) => {
    expect(find(plain, over, jobOver)).toMatchObject({ value: { sha: 'sha-999' } });
  });
});
