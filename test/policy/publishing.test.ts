/** Which runs keep the desk from signing in, at which instances, and what a neighbour may know of them. */
import { describe, expect, it } from 'vitest';
import { planApis, planPipelines } from '../../src/commands/health/plan.ts';
import type { RunFact } from '../../src/policy/health/facts.ts';
import { findPublishing, type Publishing } from '../../src/policy/publishing.ts';
import { sampleEnvironment, sampleTarget } from '../commands/health/pretend-health.ts';
import { ago, now, run } from './health/sample-facts.ts';

const minuteMs = 60_000;
const both = sampleTarget('heritage', {
  environments: [
    sampleEnvironment('production'),
    sampleEnvironment('staging', { name: 'staging', branch: 'staging' }),
  ],
});
const find = (over: Partial<RunFact>, readAt = now): readonly string[] =>
  findPublishing(
    both,
    { list: [run(1, { status: 'in_progress', conclusion: null, ...over })], readAt },
    now,
  ).map(({ instanceId }) => instanceId);

describe('a run keeps us out', () => {
  it.each<[string, Partial<RunFact>, readonly string[]]>([
    ['under way', {}, ['at-production']],
    ['on the branch of staging', { branch: 'staging' }, ['at-staging']],
    ['on another branch', { branch: 'feature' }, []],
    ['of another workflow', { file: 'ci.yml' }, []],
    ['of a pull request', { event: 'pull_request' }, []],
    ['over', { status: 'completed', conclusion: 'success' }, []],
    ['that waits for a person', { status: 'waiting', updatedAt: now }, []],
    ['just queued', { status: 'queued', updatedAt: ago(minuteMs) }, ['at-production']],
    ['queued for long', { status: 'queued', updatedAt: ago(10 * minuteMs) }, []],
    ['pending for long', { status: 'pending', updatedAt: ago(10 * minuteMs) }, []],
    [
      'dispatched for staging from main',
      { event: 'workflow_dispatch', title: 'Deploy to staging' },
      ['at-staging'],
    ],
    [
      'dispatched for production from anywhere',
      { event: 'workflow_dispatch', title: 'Deploy production', branch: 'hotfix' },
      ['at-production'],
    ],
    [
      'dispatched for nobody knows where',
      { event: 'repository_dispatch', title: 'scheduled-deploy' },
      ['at-production', 'at-staging'],
    ],
    [
      'dispatched under a title with both',
      { event: 'workflow_dispatch', title: 'stg to prod' },
      ['at-production', 'at-staging'],
    ],
    ['pushed under a title that means nothing', { title: 'Fix staging labels' }, ['at-production']],
  ])('%s', (_what, over, instances) => {
    expect(find(over)).toEqual(instances);
  });

  it('as far as the list is not older than a deploy takes', () => {
    expect(find({}, ago(20 * minuteMs))).toEqual(['at-production']);
    expect(find({}, ago(61 * minuteMs))).toEqual([]);
    expect(findPublishing(both, null, now)).toEqual([]);
  });

  it('also where it was queued when it was last seen and has surely begun since', () => {
    expect(find({ status: 'queued', updatedAt: ago(5 * minuteMs) }, ago(4 * minuteMs))).toEqual([
      'at-production',
    ]);
  });
});

describe('an instance that several clients share', () => {
  const shared = [sampleEnvironment('tradecloud')];
  const aster = sampleTarget('aster', { environments: shared });
  const kestrel = sampleTarget('kestrel', { environments: shared });
  const deploy = (target: typeof aster): Publishing => ({
    instanceId: 'at-tradecloud',
    targetId: target.id,
    since: now.toISOString(),
    runUrl: `https://github.com/${target.repo}/actions/runs/7`,
  });
  const plan = (publishing: readonly Publishing[]) =>
    planApis([aster, kestrel], publishing).map(({ input }) => (input as { publishing: unknown }).publishing);

  it('is left alone for all of them, and only its own client gets a link', () => {
    const since = now.toISOString();
    expect(plan([deploy(aster)])).toEqual([
      { since, runUrl: 'https://github.com/acme/acuops-aster/actions/runs/7' },
      { since, runUrl: null },
    ]);
    expect(plan([deploy(kestrel), deploy(aster)])).toEqual([
      { since, runUrl: 'https://github.com/acme/acuops-aster/actions/runs/7' },
      { since, runUrl: 'https://github.com/acme/acuops-kestrel/actions/runs/7' },
    ]);
    expect(plan([])).toEqual([null, null]);
  });

  it('has the runs of those read too who are not judged, as long as they can deploy', () => {
    const leaving = sampleTarget('leaving', { environments: shared, status: 'offboarding' });
    const gone = sampleTarget('gone', { environments: shared, status: 'archived' });
    const elsewhere = sampleTarget('elsewhere', { status: 'offboarding' });
    const keys = (...[targets, neighbours]: Parameters<typeof planPipelines>) =>
      planPipelines(targets, neighbours).map(({ key }) => key);
    expect(keys([aster], [leaving, gone])).toEqual(['pipeline:id-aster', 'pipeline:id-leaving']);
    expect(keys([leaving, aster, gone, elsewhere], [])).toEqual(['pipeline:id-aster', 'pipeline:id-leaving']);
    expect(keys([leaving], [kestrel])).toEqual([]);
  });
});
