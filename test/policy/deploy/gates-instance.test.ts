import { describe, expect, it } from 'vitest';
import type { GateFacts } from '../../../src/policy/deploy/gates.ts';
import type { ApiFact, SignIn } from '../../../src/policy/health/facts.ts';
import { judgeApi } from '../../../src/policy/health/judge-api.ts';
import { ago, asked, dayMs, known, now, production, signedIn, unknownFact } from '../health/sample-facts.ts';
import { instance, judgeOne, settings, source, workflowFile } from './sample-gate-facts.ts';

describe('health', () => {
  const judge = (api: ApiFact) => judgeOne('health', { instance: instance({ api }) });

  it.each<[SignIn, string]>([
    [{ kind: 'signed-in', tookMs: 90 }, 'pass'],
    [{ kind: 'refused' }, 'fail'],
    [{ kind: 'wrong-tenant' }, 'fail'],
    [{ kind: 'user-limit', status: 429 }, 'fail'],
    [{ kind: 'restarting' }, 'fail'],
    [{ kind: 'timeout', afterMs: 10_000 }, 'fail'],
    [{ kind: 'connection-refused' }, 'fail'],
    [{ kind: 'name-not-found' }, 'fail'],
    [{ kind: 'blocked-address', say: '10.0.0.5 is private' }, 'unknown'],
    [{ kind: 'unexpected', status: 502, excerpt: 'Bad Gateway' }, 'unknown'],
  ])('%j is %s, in the words of a health check', (signIn, verdict) => {
    const api = asked(signIn, ago(5000));
    const { say, next, cause } = judgeApi(production(api));
    expect(judge(api)).toMatchObject({ verdict, say, next, cause, observedAt: ago(5000) });
  });

  it.each<[ApiFact, string, string]>([
    [
      { kind: 'session-held', until: new Date(now.getTime() + 60_000), at: now },
      'session-held',
      'not asked: an earlier session may be open',
    ],
    [{ kind: 'reachable', at: now }, 'sign-in-not-checked', 'reachable, sign-in not checked'],
    [
      { kind: 'unreadable-credential', say: 'no such file', at: now },
      'unreadable-credential',
      'API credentials could not be read (no such file)',
    ],
    [{ kind: 'timed-out', at: now }, 'timed-out', 'timed out'],
  ])('%j is not known, and says what to do', (api, cause, say) => {
    const found = judge(api);
    expect(found).toMatchObject({ verdict: 'unknown', cause, say });
    expect(found.next).not.toBeNull();
  });

  it('a refusal that still stands fails, since then', () => {
    expect(judge({ kind: 'credential-held', refusedAt: ago(dayMs), at: now })).toMatchObject({
      verdict: 'fail',
      cause: 'sign-in-refused',
      say: 'sign-in refused',
      moment: { word: 'since', at: ago(dayMs) },
    });
  });

  it('a publish that goes on fails: nobody deploys into it', () => {
    const runUrl = 'https://github.example/runs/7';
    expect(judge({ kind: 'publishing', since: ago(60_000), runUrl, at: now })).toMatchObject({
      verdict: 'fail',
      cause: 'publishing',
      say: 'publishing',
      moment: { word: 'since', at: ago(60_000) },
      url: runUrl,
    });
  });
});

describe('test-tenant', () => {
  it('is unknown where nobody knows whether there is one, or it was not asked', () => {
    expect(judgeOne('test-tenant', { testTenant: unknownFact }).verdict).toBe('unknown');
    expect(judgeOne('test-tenant', { testTenant: known('Test') }).verdict).toBe('unknown');
  });

  const judge = (api: ApiFact) =>
    judgeOne('test-tenant', {
      testTenant: known('Test'),
      instance: instance({ testTenant: { tenant: 'Test', api } }),
    });

  it('none configured passes', () => {
    expect(judgeOne('test-tenant')).toMatchObject({ verdict: 'pass', say: 'none configured' });
  });

  it.each<[ApiFact, string]>([
    [signedIn, 'pass'],
    [asked({ kind: 'refused' }), 'fail'],
    [asked({ kind: 'wrong-tenant' }), 'fail'],
    [asked({ kind: 'user-limit', status: 500 }), 'unknown'],
    [asked({ kind: 'timeout', afterMs: 1000 }), 'unknown'],
    [{ kind: 'credential-held', refusedAt: ago(dayMs), at: now }, 'unknown'],
    [{ kind: 'reachable', at: now }, 'unknown'],
    [{ kind: 'publishing', since: now, runUrl: null, at: now }, 'unknown'],
  ])('%j is %s', (api, verdict) => {
    expect(judge(api).verdict).toBe(verdict);
  });
});

const there = (...projects: string[]) => ({ instance: instance({ published: known({ projects }) }) });

describe('orphans', () => {
  it.each<[string, Partial<GateFacts>]>([
    ['planned', there('Heritage')],
    ['in the manifest', { ...there('Heritage', 'Addon'), manifest: known(['Addon']) }],
    ['in the settings', { ...there('Heritage', 'Addon'), settings: known(settings({ known: ['Addon'] })) }],
    ['not there at all', there()],
  ])('projects that are %s pass', (_what, over) => {
    expect(judgeOne('orphans', over)).toMatchObject({ verdict: 'pass', cause: 'all-known' });
  });

  it('one that nobody knows fails by name', () => {
    expect(judgeOne('orphans', there('Heritage', 'Hotfix', 'Hotfix'))).toMatchObject({
      verdict: 'fail',
      cause: 'unknown-projects',
      say: '1 published project nobody knows: Hotfix',
    });
  });

  it('names five and how many more', () => {
    const { say } = judgeOne('orphans', there('a', 'b', 'c', 'd', 'e', 'f', 'g'));
    expect(say).toBe('7 published projects nobody knows: a, b, c, d, e and 2 more');
  });

  it('cuts a name that is a text', () => {
    expect(judgeOne('orphans', there('x'.repeat(500))).say.length).toBeLessThan(120);
  });

  it.each<[string, Partial<GateFacts>]>([
    ['published', { instance: instance({ published: unknownFact }) }],
    ['manifest', { manifest: unknownFact }],
    ['settings', { settings: unknownFact }],
    ['manifest and settings', { manifest: unknownFact, settings: unknownFact }],
    ['planned projects', { projects: unknownFact }],
  ])('%s not known is unknown with the reason', (_what, over) => {
    expect(judgeOne('orphans', over)).toMatchObject({
      verdict: 'unknown',
      cause: 'unavailable',
      say: 'GitHub answered 503',
    });
  });

  it('is as old as the oldest that it judged', () => {
    expect(judgeOne('orphans', { manifest: known(null, ago(dayMs)) }).observedAt).toStrictEqual(ago(dayMs));
  });
});

describe('co-publish', () => {
  const replacing = source({ workflow: known(workflowFile({ doesMerge: false })) });

  it('a workflow that merges drops nothing', () => {
    const over = { instance: instance({ published: unknownFact }) };
    expect(judgeOne('co-publish', over)).toMatchObject({ verdict: 'pass', cause: 'merges' });
  });

  it.each<[string, Partial<GateFacts>, string, string]>([
    ['nothing else there', { source: replacing }, 'pass', 'nothing-dropped'],
    ['another project there', { source: replacing, ...there('Heritage', 'Addon') }, 'fail', 'would-drop'],
    [
      'published not known',
      { source: replacing, instance: instance({ published: unknownFact }) },
      'unknown',
      'unavailable',
    ],
    ['projects not known', { projects: unknownFact }, 'unknown', 'unavailable'],
    ['no project named', { projects: known([]) }, 'unknown', 'no-project'],
    ['workflow not known', { source: source({ workflow: unknownFact }) }, 'unknown', 'unavailable'],
    ['no workflow', { source: source({ workflow: known(null) }) }, 'unknown', 'no-workflow'],
  ])('%s', (_what, over, verdict, cause) => {
    expect(judgeOne('co-publish', over)).toMatchObject({ verdict, cause });
  });

  const unseen = source({ workflow: known(workflowFile({ doesMerge: null })) });

  it.each<[string, Partial<GateFacts>, string, string, string]>([
    ['nothing else', {}, 'pass', 'nothing-dropped', 'nothing else is published there'],
    [
      'others',
      there('Heritage', 'Addon', 'Portal'),
      'warn',
      'may-drop',
      'cannot be seen whether publishing keeps: Addon, Portal',
    ],
    [
      'nobody knows what',
      { instance: instance({ published: unknownFact }) },
      'unknown',
      'unavailable',
      'GitHub answered 503',
    ],
  ])('where the way of publishing is not seen, with %s there', (_what, over, verdict, cause, say) => {
    expect(judgeOne('co-publish', { source: unseen, ...over })).toMatchObject({ verdict, cause, say });
  });

  it('names what would be dropped, as old as the list of it', () => {
    const published = known({ projects: ['Addon', 'Heritage', 'Portal'] }, ago(dayMs));
    expect(judgeOne('co-publish', { source: replacing, instance: instance({ published }) })).toMatchObject({
      say: 'publishing would drop Addon, Portal',
      observedAt: ago(dayMs),
    });
  });
});
