import { describe, expect, it } from 'vitest';
import type { ApiFact, SignIn } from '../../../src/policy/health/facts.ts';
import { judgeApi } from '../../../src/policy/health/judge-api.ts';
import { ago, asked, hourMs, now, production, staging } from './sample-facts.ts';

const judge = (api: ApiFact) => judgeApi(production(api));

describe('by how the sign-in ended', () => {
  it.each<[SignIn, string, string, boolean | undefined]>([
    [{ kind: 'signed-in', tookMs: 90 }, 'pass', 'signed-in', false],
    [{ kind: 'refused' }, 'fail', 'sign-in-refused', false],
    [{ kind: 'user-limit', status: 429 }, 'fail', 'user-limit', false],
    [{ kind: 'user-limit', status: 500 }, 'fail', 'user-limit', false],
    [{ kind: 'wrong-tenant' }, 'fail', 'wrong-tenant', false],
    [{ kind: 'restarting' }, 'fail', 'restarting', false],
    [{ kind: 'timeout', afterMs: 10_000 }, 'fail', 'timeout', true],
    [{ kind: 'connection-refused' }, 'fail', 'connection-refused', true],
    [{ kind: 'name-not-found' }, 'fail', 'name-not-found', true],
    [{ kind: 'connection-lost', say: 'reset' }, 'fail', 'connection-lost', true],
    [{ kind: 'blocked-address', say: '10.0.0.5 is private' }, 'unknown', 'blocked-address', undefined],
    [{ kind: 'unexpected', status: 502, excerpt: 'Bad Gateway' }, 'unknown', 'unexpected-answer', false],
  ])('%j is %s', (signIn, verdict, cause, connection) => {
    const found = judge(asked(signIn, ago(5000)));
    expect(found).toMatchObject({
      verdict,
      cause,
      criterion: 'api',
      subject: 'production',
      observedAt: ago(5000),
    });
    expect(found.connection).toBe(connection);
    expect(found.next === null).toBe(verdict === 'pass');
  });

  it('never claims that the tenant was proven', () => {
    expect(judge(asked({ kind: 'signed-in', tookMs: 1 })).say).not.toMatch(/tenant/i);
  });

  it('shows an excerpt of what it did not understand', () => {
    expect(judge(asked({ kind: 'unexpected', status: 418, excerpt: 'teapot' })).say).toBe(
      'unexpected answer 418: teapot',
    );
    expect(judge(asked({ kind: 'unexpected', status: 418, excerpt: '' })).say).toBe(
      'unexpected answer 418: empty',
    );
  });
});

describe('where none was tried', () => {
  it('publishing is unknown, since when, with the run', () => {
    const found = judge({
      kind: 'publishing',
      since: ago(60_000),
      runUrl: 'https://github.example/runs/7',
      at: now,
    });
    expect(found).toMatchObject({
      verdict: 'unknown',
      cause: 'publishing',
      moment: { word: 'since', at: ago(60_000) },
      url: 'https://github.example/runs/7',
    });
  });

  it('a held credential keeps failing with the age of its refusal', () => {
    const found = judge({ kind: 'credential-held', refusedAt: ago(hourMs), at: now });
    expect(found).toMatchObject({
      verdict: 'fail',
      cause: 'sign-in-refused',
      observedAt: ago(hourMs),
      askedAt: now,
    });
  });

  it('a held session is unknown until it ends', () => {
    const until = new Date(now.getTime() + hourMs);
    expect(judge({ kind: 'session-held', until, at: now })).toMatchObject({
      verdict: 'unknown',
      moment: { word: 'until', at: until },
    });
  });

  it('no credentials is unknown: reachable, sign-in not checked', () => {
    expect(judge({ kind: 'reachable', at: now })).toMatchObject({
      verdict: 'unknown',
      cause: 'sign-in-not-checked',
      say: 'reachable, sign-in not checked',
    });
  });

  it('an unreadable credential and the end of the check are unknown', () => {
    expect(judge({ kind: 'unreadable-credential', say: 'env:X is empty', at: now })).toMatchObject({
      verdict: 'unknown',
      cause: 'unreadable-credential',
    });
    expect(judge({ kind: 'timed-out', at: now })).toMatchObject({
      verdict: 'unknown',
      cause: 'timed-out',
      say: 'timed out',
    });
  });

  it('tells no connection where none was made', () => {
    expect(judge({ kind: 'timed-out', at: now }).connection).toBeUndefined();
    expect(judge({ kind: 'credential-held', refusedAt: now, at: now }).connection).toBeUndefined();
  });
});

it('names environment and host', () => {
  expect(judgeApi(staging())).toMatchObject({ subject: 'staging', host: 'staging.example.com' });
});
