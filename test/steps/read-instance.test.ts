/** One session tells whether we are let in and what is published; after it the test tenant. Nothing is left open, nothing refused is sent again. */
import { describe, expect, it } from 'vitest';
import { publishedPath } from '../../sandbox/acumatica/server.ts';
import { openInstance } from './instance-desk.ts';

const signedIn = { kind: 'asked', signIn: { kind: 'signed-in' } };
const visit = ['login Heritage', 'getPublished', 'logout'];
const trial = ['login Test', 'logout'];

describe('an instance that is well', () => {
  it('is asked in one session, then its test tenant in another', async () => {
    const { read, asked, sessions, effects } = await openInstance({ apiUserLimit: 1 });
    expect(await read()).toMatchObject({
      api: signedIn,
      published: { kind: 'known', value: { projects: ['HeritageMain', 'VendorPack'] } },
      testTenant: { tenant: 'Test', api: signedIn },
    });
    expect(asked()).toEqual([...visit, ...trial]);
    expect(sessions()).toEqual([]);
    expect(effects.states()).toEqual(['confirmed', 'confirmed']);
  });

  it('is not asked again by who takes the item over: the list was kept', async () => {
    const { read, asked } = await openInstance();
    const first = await read();
    expect(await read()).toEqual(first);
    expect(asked()).toEqual([...visit, ...trial]);
  });

  it('may have nothing published', async () => {
    const { read } = await openInstance({ published: {} });
    const none = { kind: 'known', value: { projects: [] } };
    expect((await read()).published).toMatchObject(none);
    expect((await read()).published).toMatchObject(none);
  });

  it('is asked once where the test tenant is the same, or there is none', async () => {
    const { read, asked } = await openInstance();
    expect((await read('one', {}, { testTenant: null })).testTenant).toBeNull();
    expect((await read('two', {}, { testTenant: 'Heritage' })).testTenant).toMatchObject({
      tenant: 'Heritage',
      api: signedIn,
    });
    expect(asked()).toEqual([...visit, ...visit]);
  });

  it('says that more is published than anybody keeps', async () => {
    const published = { Heritage: Array.from({ length: 501 }, (_, at) => `P${at}`) };
    const { read } = await openInstance({ published });
    const unknown = { kind: 'unknown', reason: 'malformed', say: 'more than 500 projects are published' };
    expect((await read()).published).toEqual(unknown);
    expect((await read()).published).toEqual(unknown);
  });
});

describe('an account', () => {
  it.each([200, 403] as const)('without the role is let in and told so, by %i', async (noRoleStatus) => {
    const { site, read, sessions } = await openInstance({ noRoleStatus });
    site.setCustomizer('heritage', 'svc', false);
    const facts = await read();
    expect(facts).toMatchObject({ api: signedIn, testTenant: { api: signedIn } });
    expect(facts.published).toMatchObject({ kind: 'unknown', reason: 'no-access' });
    expect(await read()).toEqual(facts);
    expect(sessions()).toEqual([]);
  });

  it('that is refused is tried once, and never for the test tenant', async () => {
    const { read, probe, site, secrets, asked } = await openInstance();
    secrets.set('env:PASSWORD', 'wrong');
    const refused = { kind: 'asked', signIn: { kind: 'refused' } };
    expect(await read()).toMatchObject({
      api: refused,
      published: { kind: 'unknown', reason: 'no-access', say: 'sign-in refused' },
      testTenant: { tenant: 'Test', api: refused },
    });
    expect(await read('two')).toMatchObject({
      api: { kind: 'credential-held' },
      published: { kind: 'unknown', reason: 'held-back' },
      testTenant: { api: { kind: 'credential-held' } },
    });
    expect(await probe('three')).toMatchObject({ kind: 'credential-held' });
    expect(site.tries('heritage', 'svc')).toBe(1);
    expect(asked()).toEqual(['login Heritage']);
    // The refusal holds that tenant's account only.
    site.setPassword('heritage', 'svc', 'wrong');
    expect(await read('four', { tenant: 'Test' }, { testTenant: null })).toMatchObject({ api: signedIn });
  });

  it('that the test tenant refuses is held back there, and production is asked on', async () => {
    const { read, site, asked, sessions } = await openInstance({}, ({ signIn }) => ({
      signIn: (request) => {
        site.setBehaviour('heritage', { kind: 'wrong-password' }, 1);
        return signIn(request);
      },
    }));
    expect(await read()).toMatchObject({
      api: signedIn,
      testTenant: { api: { kind: 'asked', signIn: { kind: 'refused' } } },
    });
    expect(await read('two')).toMatchObject({
      api: signedIn,
      published: { kind: 'known' },
      testTenant: { api: { kind: 'credential-held' } },
    });
    expect(asked()).toEqual([...visit, 'login Test', ...visit]);
    expect(sessions()).toEqual([]);
  });

  it('that cannot be read, or is not there, lets nobody ask', async () => {
    const { read, secrets, site, asked } = await openInstance();
    const none = { passwordRef: null };
    expect(await read('one', none)).toMatchObject({
      api: { kind: 'reachable' },
      published: { kind: 'unknown', reason: 'not-configured', say: 'no API credentials' },
    });
    secrets.delete('env:PASSWORD');
    expect(await read('two')).toMatchObject({
      api: { kind: 'unreadable-credential' },
      published: {
        reason: 'not-configured',
        say: 'API credentials could not be read (env:PASSWORD is not set)',
      },
    });
    expect(await read('three', { ...none, url: await site.refusedUrl('x') })).toMatchObject({
      published: { reason: 'unavailable', say: 'connection refused' },
      testTenant: { api: { kind: 'asked', signIn: { kind: 'connection-refused' } } },
    });
    expect(asked()).toEqual(['login']);
  });
});

describe('an instance that is unwell', () => {
  it('may not know the test tenant', async () => {
    const { read, sessions } = await openInstance();
    expect(await read('one', {}, { testTenant: 'Tset' })).toMatchObject({
      api: signedIn,
      published: { kind: 'known' },
      testTenant: { tenant: 'Tset', api: { kind: 'asked', signIn: { kind: 'wrong-tenant' } } },
    });
    expect(sessions()).toEqual([]);
  });

  it('may restart in mid-visit: we are signed out all the same', async () => {
    const { read, site, asked, sessions, effects } = await openInstance();
    site.setBehaviour('heritage', { kind: 'restarting' }, 1, publishedPath);
    expect(await read()).toMatchObject({
      api: signedIn,
      published: { kind: 'unknown', reason: 'unavailable', say: 'the site is restarting' },
      testTenant: { api: signedIn },
    });
    expect(asked()).toEqual([...visit, ...trial]);
    expect(sessions()).toEqual([]);
    expect(effects.states()).toEqual(['confirmed', 'confirmed']);
  });

  it.each([
    [{ kind: 'restarting' }, 'unavailable'],
    [{ kind: 'limit-429' }, 'unavailable'],
    [{ kind: 'wrong-tenant' }, 'not-configured'],
    [{ kind: 'garbage', status: 503 }, 'unavailable'],
  ] as const)('is asked no more where nobody is let in: %j', async (behaviour, reason) => {
    const { read, site, asked, sessions } = await openInstance();
    site.setBehaviour('heritage', behaviour);
    const { api, published, testTenant } = await read();
    expect(published).toMatchObject({ kind: 'unknown', reason });
    expect(testTenant?.api).toEqual(api);
    expect(asked()).toHaveLength(1);
    expect(sessions()).toEqual([]);
  });
});
