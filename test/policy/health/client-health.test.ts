import { describe, expect, it } from 'vitest';
import { decideState, judgeClient, toClientHealth } from '../../../src/policy/health/client-health.ts';
import type {
  ClockedObservation,
  Criterion,
  Priority,
  Tier,
  Verdict,
} from '../../../src/policy/health/facts.ts';
import {
  ago,
  asked,
  dayMs,
  hourMs,
  known,
  now,
  production,
  run,
  sampleClient,
  samplePipeline,
  signedIn,
  staging,
} from './sample-facts.ts';

const observe = (
  criterion: Criterion,
  verdict: Verdict,
  over: Partial<ClockedObservation> = {},
): ClockedObservation => ({
  criterion,
  verdict,
  cause: verdict,
  say: verdict,
  next: null,
  url: null,
  observedAt: now,
  since: verdict === 'fail' ? now : null,
  ...over,
});

it.each<[Verdict[], Verdict]>([
  [['pass', 'pass'], 'pass'],
  [['pass', 'warn'], 'warn'],
  [['warn', 'unknown', 'pass'], 'unknown'],
  [['unknown', 'fail', 'warn'], 'fail'],
  [[], 'unknown'],
])('the worst of %j is %s', (verdicts, state) => {
  expect(decideState(verdicts.map((verdict) => ({ verdict })))).toBe(state);
});

describe('priority and deadline', () => {
  it.each<[Tier, Criterion, string, Priority, number | null]>([
    ['premium', 'api', 'x', 'P1', 4],
    ['premium', 'ci', 'x', 'P1', 4],
    ['premium', 'workflow', 'x', 'P1', 4],
    ['premium', 'last-deploy', 'x', 'P1', 4],
    ['standard', 'api', 'x', 'P1', 8],
    ['standard', 'workflow', 'x', 'P1', 8],
    ['standard', 'last-deploy', 'x', 'P1', 8],
    ['standard', 'ci', 'x', 'P2', 8],
    ['self-service', 'api', 'x', 'critical', null],
    ['self-service', 'workflow', 'workflow-missing', 'critical', null],
    ['self-service', 'workflow', 'disabled_manually', 'none', null],
    ['self-service', 'last-deploy', 'never-deployed', 'none', null],
    ['self-service', 'ci', 'x', 'none', null],
  ])('%s %s (%s): %s', (tier, criterion, cause, priority, hours) => {
    const since = ago(hourMs);
    const health = toClientHealth(sampleClient({ tier }), [
      observe(criterion, 'fail', { cause, since }),
      observe('ci', 'pass'),
    ]);
    expect(health).toMatchObject({ state: 'fail', priority });
    expect(health.respondBy).toStrictEqual(
      hours === null ? null : new Date(since.getTime() + hours * hourMs),
    );
  });

  it('the worst priority and the earliest clock win', () => {
    const health = toClientHealth(sampleClient({ tier: 'standard' }), [
      observe('api', 'fail'),
      observe('ci', 'fail', { since: ago(5 * hourMs) }),
    ]);
    expect(health).toMatchObject({ priority: 'P1', respondBy: new Date(now.getTime() + 3 * hourMs) });
  });

  it('go on while a failure is out of sight', () => {
    const health = toClientHealth(sampleClient(), [observe('api', 'unknown', { since: ago(hourMs) })]);
    expect(health).toMatchObject({
      state: 'unknown',
      priority: 'P1',
      respondBy: new Date(now.getTime() + 3 * hourMs),
    });
  });

  it.each<Verdict>(['pass', 'warn', 'unknown'])('none for %s without a clock', (verdict) => {
    expect(toClientHealth(sampleClient(), [observe('api', verdict)])).toMatchObject({
      state: verdict,
      priority: 'none',
      respondBy: null,
    });
  });
});

describe('a client', () => {
  const facts = {
    client: sampleClient(),
    pipeline: samplePipeline(),
    apis: [production()],
    previous: [],
    now,
  };

  it('is healthy when all four criteria pass', () => {
    const health = judgeClient(facts);
    expect(health).toMatchObject({ state: 'pass', priority: 'none', respondBy: null });
    expect(health.observations.map(({ criterion }) => criterion)).toStrictEqual([
      'api',
      'workflow',
      'last-deploy',
      'ci',
    ]);
  });

  it('counts production and staging, production first', () => {
    const health = judgeClient({ ...facts, apis: [staging(asked({ kind: 'refused' })), production()] });
    expect(health.state).toBe('fail');
    expect(health.observations.slice(0, 2).map(({ subject, verdict }) => [subject, verdict])).toStrictEqual([
      ['production', 'pass'],
      ['staging', 'fail'],
    ]);
  });

  it('without an instance is unknown, not healthy', () => {
    expect(judgeClient({ ...facts, apis: [] }).observations[0]).toMatchObject({
      verdict: 'unknown',
      cause: 'not-configured',
    });
  });

  it.each(['offboarding', 'archived'] as const)('%s is listed, not judged', (status) => {
    const health = judgeClient({
      ...facts,
      client: sampleClient({ status }),
      apis: [production(asked({ kind: 'refused' }))],
    });
    expect(health).toMatchObject({
      state: 'not-judged',
      observations: [],
      priority: 'none',
      respondBy: null,
    });
  });

  it('keeps its clocks across checks', () => {
    const refused = [production(asked({ kind: 'refused' }, ago(dayMs)))];
    const first = judgeClient({ ...facts, apis: refused, now: ago(dayMs) });
    const second = judgeClient({
      ...facts,
      apis: [production(asked({ kind: 'refused' }))],
      previous: first.observations,
    });
    expect(second.observations[0]?.since).toStrictEqual(ago(dayMs));
    const third = judgeClient({ ...facts, apis: [production(signedIn)], previous: second.observations });
    expect(third.observations[0]?.since).toBeNull();
  });

  it('never passes while any part is unread', () => {
    const unread = samplePipeline({ runs: known([run(999)]), deployJobs: new Map() });
    expect(judgeClient({ ...facts, pipeline: unread }).state).toBe('unknown');
  });
});
