/** What is published is read inside one session, in every form that versions write it, and what is not surely a list is unknown. */
import { describe, expect, it } from 'vitest';
import { publishedPath } from '../../../sandbox/acumatica/server.ts';
import { createGuardedFetch } from '../../../src/runtime/guarded-fetch.ts';
import { createPublishedSignIn } from '../../../src/systems/acumatica/read-published.ts';
import { createSignIn } from '../../../src/systems/acumatica/sign-in.ts';
import { clock, closers, listen, open } from './site.ts';

const published = { Heritage: ['HeritageMain', 'VendorPack'] };
const noRole = { reason: 'no-access', say: 'the account may not read customizations (role Customizer)' };

const openSite = async (over: Parameters<typeof open>[0] = {}) => {
  const site = await open({ published, ...over });
  const signIn = createPublishedSignIn(site.signIn);
  const read = (patch: Partial<typeof site.request> = {}, boundMs = 3_000) =>
    signIn({ ...site.request, ...patch, signal: AbortSignal.timeout(boundMs) });
  return { ...site, read };
};

/** A site that lets in, and answers getPublished as told. */
const readAnswer = async (status: number, body: string, headers: Record<string, string> = {}) => {
  const { read } = await openSite();
  const paths: string[] = [];
  const url = await listen((request, response) => {
    paths.push(request.url ?? '');
    if (request.url?.endsWith('/login')) return void response.writeHead(204, { 'set-cookie': 'a=1' }).end();
    if (request.url?.endsWith('/logout')) return void response.writeHead(204).end();
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  const result = await read({ url });
  expect(result).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: true });
  expect(paths.map((path) => path.replace('/erp', ''))).toEqual([
    '/entity/auth/login',
    publishedPath,
    '/entity/auth/logout',
  ]);
  return result.published;
};

describe('what is published', () => {
  it.each(['camel', 'pascal'] as const)('is read in one session, fields in %s case', async (fieldCase) => {
    const { site, read } = await openSite({ fieldCase });
    expect(await read()).toMatchObject({
      signIn: { kind: 'signed-in' },
      signedOut: true,
      published: { kind: 'known', value: { projects: published.Heritage }, observedAt: expect.any(Date) },
    });
    expect((await read({ tenant: 'Test' })).published).toMatchObject({ value: { projects: [] } });
    const once = ['/entity/auth/login 204', `${publishedPath} 200`, '/entity/auth/logout 204'];
    expect(site.calls('heritage').map(({ path, status }) => `${path} ${status}`)).toEqual([...once, ...once]);
    expect(site.sessions('heritage')).toEqual([]);
  });

  it.each([200, 403] as const)(
    'is unknown to an account without the role, told by %i',
    async (noRoleStatus) => {
      const { site, read } = await openSite({ noRoleStatus });
      site.setCustomizer('heritage', 'svc', false);
      expect((await read()).published).toEqual({ kind: 'unknown', ...noRole });
      expect(site.sessions('heritage')).toEqual([]);
    },
  );

  it('is not asked where nobody was let in', async () => {
    const { site, read } = await openSite();
    expect(await read({ password: 'wrong' })).toMatchObject({ signIn: { kind: 'refused' }, published: null });
    expect(site.calls('heritage')).toHaveLength(1);
  });

  it('is unknown while the site restarts, hangs up or says no end of things, and we are signed out', async () => {
    const { site, read } = await openSite();
    site.setBehaviour('heritage', { kind: 'restarting' }, 1, publishedPath);
    expect((await read()).published).toMatchObject({ reason: 'unavailable', say: 'the site is restarting' });
    site.setBehaviour('heritage', { kind: 'reset' }, 1, publishedPath);
    expect((await read()).published).toMatchObject({
      reason: 'unavailable',
      say: expect.stringMatching(/^connection lost/),
    });
    site.setBehaviour('heritage', { kind: 'huge' }, 1, publishedPath);
    expect((await read()).published).toMatchObject({
      reason: 'malformed',
      say: 'the list of published projects is too long to read',
    });
    site.setBehaviour('heritage', { kind: 'redirect', to: 'http://169.254.169.254/' }, 1, publishedPath);
    expect((await read()).published).toMatchObject({
      reason: 'unavailable',
      say: expect.stringMatching(/redirects elsewhere/),
    });
    expect(site.sessions('heritage')).toEqual([]);
  });

  it('may be longer than a sign-in', async () => {
    const { fetch, site, url, request } = await openSite();
    const projects = Array.from({ length: 2_000 }, (_, at) => `Project${at}WithAVeryLongName`);
    site.setPublished('heritage', 'Heritage', projects);
    const sessionFetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 5_000, maxBytes: 2_000_000 });
    closers.push(sessionFetch.close);
    const read = createPublishedSignIn(createSignIn({ fetch, sessionFetch, clock }));
    const signal = AbortSignal.timeout(3_000);
    expect((await read({ ...request, url, signal })).published).toMatchObject({ value: { projects } });
  });
});

describe('the answer', () => {
  it.each([
    ['names as text', '{"projects":["A","B"]}', ['A', 'B']],
    ['objects with a key', '{"PROJECTS":[{"KEY":"A","level":1}]}', ['A']],
    ['null beside a log', '{"projects":null,"items":null,"log":[]}', []],
  ])('is read: %s', async (_name, body, projects) => {
    expect(await readAnswer(200, body)).toMatchObject({ kind: 'known', value: { projects } });
  });

  it.each([
    ['nothing at all', ''],
    ['an empty object', '{}'],
    ['items without projects', '{"items":[{"key":"x"}],"log":[]}'],
    ['a page', '<html><body>Sign in</body></html>'],
    ['a list', '[]'],
    ['a project without a name', '{"projects":[{"level":1}]}'],
    ['a name that cannot be stored', '{"projects":["A\\u0000"]}'],
    ['half a character', '{"projects":["A\\ud800"]}'],
    ['a log of another kind', '{"log":"done"}'],
  ])('is unknown: %s', async (_name, body) => {
    expect(await readAnswer(200, body)).toMatchObject({ kind: 'unknown', reason: 'malformed' });
  });

  it('is an error where the log says so inside a 200, told without secrets, lists or not', async () => {
    const body = JSON.stringify({
      Projects: [{ Name: 'A' }],
      Log: [
        { LogType: 'Error', Message: 'Cannot read: user svc with correct-horse and <b>Bearer abc</b>' },
        { LogType: 'information', Message: 'role of nobody' },
      ],
    });
    expect(await readAnswer(200, body)).toEqual({
      kind: 'unknown',
      reason: 'unavailable',
      say: 'the instance could not list what is published: Cannot read: user svc with ••• and Bearer abc',
    });
    const denied = { log: [{ logType: 'error', message: 'Access denied' }] };
    expect(await readAnswer(200, JSON.stringify(denied))).toMatchObject(noRole);
  });

  it.each([
    [401, 'unavailable', 'the instance ended the session'],
    [404, 'unavailable', 'the instance has no customization API (404)'],
    [429, 'rate-limited', 'the instance takes no more requests now'],
    [503, 'unavailable', 'the instance answered 503: try later'],
  ])('%i is told apart', async (status, reason, say) => {
    expect(await readAnswer(status, 'try later')).toMatchObject({ kind: 'unknown', reason, say });
  });
});
