import { describe, expect, it } from 'vitest';
import type { PastDeploy } from '../../../src/policy/deploy/facts.ts';
import type { GateFacts } from '../../../src/policy/deploy/gates.ts';
import { ago, known, now, unknownFact } from '../health/sample-facts.ts';
import { judgeOne, onStaging, past, settings, source, wantedSha } from './sample-gate-facts.ts';

const older = { kind: 'unknown', reason: 'unavailable', say: 'older runs not read' } as const;
const minuteMs = 60_000;

type Outcome = PastDeploy['outcome'];
/** Newest first. */
const history = (outcomes: readonly Outcome[], over: Partial<PastDeploy> = {}) =>
  known(outcomes.map((outcome, index) => past(900 - index, { outcome, ...over })));
const good = (count: number): Outcome[] => Array.from({ length: count }, () => 'success');

describe('failures', () => {
  const judge = (deploys: GateFacts['past'], over: Partial<GateFacts> = {}) =>
    judgeOne('failures', { past: deploys, ...over });

  it.each<[string, readonly Outcome[], string, string]>([
    ['none', [], 'pass', 'no deploy before this one'],
    ['a good one', ['success'], 'pass', 'the only deploy before went well'],
    ['a bad one', ['failure'], 'pass', 'the only deploy before failed'],
    ['two good ones', good(2), 'pass', 'none of the last 2 deploys failed'],
    ['two of ten', ['failure', 'rolled-back', ...good(8)], 'pass', '2 of the last 10 deploys failed'],
    [
      'three of ten',
      ['failure', 'rolled-back', 'failure', ...good(7)],
      'fail',
      '3 of the last 10 deploys failed',
    ],
    ['three of three', ['failure', 'failure', 'failure'], 'fail', '3 of the last 3 deploys failed'],
    [
      'the third is the eleventh',
      ['failure', 'failure', ...good(8), 'failure'],
      'pass',
      '2 of the last 10 deploys failed',
    ],
    [
      'cancelled and running do not count',
      ['running', 'cancelled', 'failure', 'failure', ...good(8)],
      'pass',
      '2 of the last 10 deploys failed',
    ],
  ])('%s', (_what, outcomes, verdict, say) => {
    expect(judge(history(outcomes))).toMatchObject({ verdict, say });
  });

  it('says what to do and leads to the newest failure', () => {
    expect(judge(history(['success', 'failure', 'failure', 'failure']))).toMatchObject({
      cause: 'many-failures',
      next: 'look at why before the next',
      url: 'https://github.example/runs/899',
    });
  });

  it('counts what nobody can place, not what went elsewhere', () => {
    const three: Outcome[] = ['failure', 'failure', 'failure'];
    expect(judge(history(three, { environment: null })).verdict).toBe('fail');
    expect(judge(history(three, { environment: 'staging' })).verdict).toBe('pass');
    expect(judge(history(three, { environment: 'staging' }), { environment: 'staging' }).verdict).toBe(
      'fail',
    );
  });

  it('an unread run matters only where an older failure could take its place', () => {
    const two: Outcome[] = ['failure', 'failure', 'unread'];
    expect(judge(history([...two, ...good(7)])).verdict).toBe('pass');
    expect(judge(history([...two, ...good(7), 'failure']))).toMatchObject({
      verdict: 'unknown',
      cause: 'jobs-not-read',
    });
    expect(judge(history([...two, 'failure'])).verdict).toBe('fail');
  });

  it('a cut history says nothing of ten as long as it shows fewer', () => {
    expect(judge(history(good(9)), { olderDeploys: older })).toMatchObject({
      verdict: 'unknown',
      say: 'older runs not read',
    });
    expect(judge(history(good(10)), { olderDeploys: older }).verdict).toBe('pass');
    expect(judge(history(['failure', 'failure', 'failure']), { olderDeploys: older }).verdict).toBe('fail');
    expect(judge(unknownFact).verdict).toBe('unknown');
  });
});

describe('cooldown', () => {
  const judge = (deploys: readonly PastDeploy[], over: Partial<GateFacts> = {}) =>
    judgeOne('cooldown', { past: known(deploys), ...over });
  const at = (minutes: number, over: Partial<PastDeploy> = {}) =>
    past(900, { at: ago(minutes * minuteMs), ...over });

  it.each<[string, readonly PastDeploy[], string]>([
    ['no deploy', [], 'pass'],
    ['15 minutes ago', [at(15)], 'pass'],
    ['14 minutes ago', [at(14)], 'warn'],
    ['a clock that runs ahead', [at(-1)], 'warn'],
    ['a failed one', [at(5, { outcome: 'failure' })], 'warn'],
    ['a failed one of before', [at(15, { outcome: 'failure' })], 'pass'],
    ['one that goes on', [at(5, { outcome: 'running' })], 'pass'],
    [
      'a failed one beside an unread one',
      [at(1, { outcome: 'failure' }), at(5, { outcome: 'unread' })],
      'unknown',
    ],
    ['one to staging', [at(5, { environment: 'staging' })], 'pass'],
    ['one that nobody can place', [at(5, { environment: null })], 'warn'],
    ['an unread one', [at(5, { outcome: 'unread' })], 'unknown'],
    ['an unread one of before', [at(20, { outcome: 'unread' })], 'pass'],
  ])('%s', (_what, deploys, verdict) => {
    expect(judge(deploys).verdict).toBe(verdict);
  });

  it.each<[PastDeploy['outcome'], number, string]>([
    ['failure', 3, 'a deploy failed 3 minutes ago'],
    ['cancelled', 0.5, 'a deploy was cancelled less than a minute ago'],
    ['rolled-back', 1, 'a deploy was rolled back 1 minute ago'],
  ])('tells of one that did not end well: %s', (outcome, minutes, say) => {
    expect(judge([at(minutes, { outcome }), at(9)])).toMatchObject({
      verdict: 'warn',
      cause: 'ended-badly',
      say,
      next: 'look at what it left before the next one',
    });
    expect(judge([at(0.1), at(minutes, { outcome })]).cause).toBe('cooldown');
  });

  it('passes after no good deploy, and says no more than that', () => {
    expect(judge([]).say).toBe('no successful deploy in the last 15 minutes');
  });

  it("says how long to wait, by the client's own figure", () => {
    expect(judge([at(7)])).toMatchObject({
      say: 'last deploy 7 minutes ago, cooldown 15',
      next: 'wait 8 minutes',
    });
    expect(judge([at(7)], { settings: known(settings({ cooldownMinutes: 5 })) }).verdict).toBe('pass');
  });

  it('is unknown without settings or history', () => {
    expect(judge([], { settings: unknownFact }).verdict).toBe('unknown');
    expect(judge([], { past: unknownFact }).verdict).toBe('unknown');
  });
});

describe('staging-first', () => {
  const judge = (deploys: readonly PastDeploy[], over: Partial<GateFacts> = {}) =>
    judgeOne('staging-first', { past: known(deploys), ...over });
  const there = (over: Partial<PastDeploy> = {}) => ({ ...onStaging, ...over });

  it.each<[string, readonly PastDeploy[], string, string]>([
    ['was there', [there()], 'pass', 'on staging'],
    ['never', [], 'fail', 'this version was never on staging'],
    ['another version', [there({ sha: 'other' })], 'fail', 'this version was never on staging'],
    ['production only', [there({ environment: 'production' })], 'fail', 'this version was never on staging'],
    ['failed there', [there({ outcome: 'failure' })], 'fail', 'this version failed on staging'],
    [
      'failed there after a success',
      [there({ outcome: 'failure' }), there()],
      'fail',
      'this version failed on staging',
    ],
    ['mended since', [there(), there({ outcome: 'failure' })], 'pass', 'on staging'],
    ['cancelled after a success', [there({ outcome: 'cancelled' }), there()], 'pass', 'on staging'],
    ['on its way', [there({ outcome: 'running' })], 'unknown', 'still being deployed to staging'],
    ['unread', [there({ outcome: 'unread' })], 'unknown', 'not known whether this version was on staging'],
    [
      'nobody knows where',
      [there({ environment: null })],
      'unknown',
      'not known whether this version was on staging',
    ],
  ])('%s', (_what, deploys, verdict, say) => {
    expect(judge(deploys)).toMatchObject({ verdict, say });
  });

  it('needs no proof for staging, nor where there is none', () => {
    expect(judge([], { environment: 'staging' })).toMatchObject({
      verdict: 'pass',
      say: 'this deploy is to staging',
    });
    const client = {
      key: 'x',
      name: 'X',
      zone: 'UTC',
      status: 'active',
      hasStaging: false,
      deployWorkflow: 'd.yml',
    } as const;
    expect(judge([], { client })).toMatchObject({ verdict: 'pass', say: 'no staging configured' });
  });

  it('says never of a whole history only', () => {
    expect(judge([], { olderDeploys: older })).toMatchObject({
      verdict: 'unknown',
      say: 'older runs not read',
    });
    expect(judge([there()], { olderDeploys: older }).verdict).toBe('pass');
  });

  it('is unknown without the version or the history', () => {
    expect(judge([], { source: source({ commit: unknownFact }) }).verdict).toBe('unknown');
    expect(judge([], { past: { ...unknownFact, until: new Date(now.getTime() + minuteMs) } })).toMatchObject({
      verdict: 'unknown',
      say: 'GitHub answered 503',
      moment: { word: 'until', at: new Date('2026-11-20T08:01:00Z') },
    });
    expect(onStaging.sha).toBe(wantedSha);
  });
});
