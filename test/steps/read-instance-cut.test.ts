/** A visit that is cut off: by a deadline, a stop, a death. The session is closed or the instance stays shut, and the next worker knows or asks anew. */
import { describe, expect, it } from 'vitest';
import { publishedPath } from '../../sandbox/acumatica/server.ts';
import { openInstance } from './instance-desk.ts';

const signedIn = { kind: 'asked', signIn: { kind: 'signed-in' } };
const hang = { kind: 'hang' } as const;
const visit = ['login Heritage', 'getPublished', 'logout'];

describe('a visit', () => {
  it('that hangs ends by the deadline, and is signed out a moment later', async () => {
    const { read, site, asked, sessions, effects } = await openInstance();
    site.setBehaviour('heritage', hang, 1, publishedPath);
    const facts = await read('one', {}, { signal: AbortSignal.timeout(300) });
    expect(facts).toMatchObject({
      api: signedIn,
      published: { kind: 'unknown', reason: 'timed-out' },
      testTenant: { api: { kind: 'timed-out' } },
    });
    await expect.poll(effects.states).toEqual(['confirmed']);
    expect(sessions()).toEqual([]);
    // A deadline is a fact about the host: whoever takes the item over has it, and goes on with the test tenant.
    expect(await read()).toMatchObject({
      api: signedIn,
      published: { reason: 'timed-out' },
      testTenant: { api: signedIn },
    });
    expect(asked()).toEqual([...visit, 'login Test', 'logout']);
  });

  it('that a stop cut off is made again by the next worker', async () => {
    const stop = new AbortController();
    const { read, asked, sessions, effects, site } = await openInstance();
    site.setBehaviour('heritage', hang, 1, publishedPath);
    const cut = read('one', {}, { signal: stop.signal });
    await expect.poll(asked).toContain('getPublished');
    stop.abort();
    await cut;
    await expect.poll(effects.states).toEqual(['confirmed']);
    expect(sessions()).toEqual([]);
    expect(await read()).toMatchObject({
      api: signedIn,
      published: { kind: 'known', value: { projects: ['HeritageMain', 'VendorPack'] } },
    });
    expect(asked()).toEqual([...visit, ...visit, 'login Test', 'logout']);
  });

  it('whose sign-out is lost keeps the list, and everybody out until the session has ended', async () => {
    const { read, probe, site, asked, pass } = await openInstance();
    site.setBehaviour('heritage', { kind: 'reset' }, 1, '/entity/auth/logout');
    expect(await read()).toMatchObject({
      api: signedIn,
      published: { kind: 'known' },
      testTenant: { api: { kind: 'session-held' } },
    });
    expect(await probe('two')).toMatchObject({ kind: 'session-held' });
    expect(await read('three')).toMatchObject({
      api: { kind: 'session-held' },
      published: { kind: 'unknown', reason: 'held-back', until: expect.any(Date) },
    });
    expect(asked().filter((what) => what.startsWith('login H'))).toHaveLength(1);
    pass(21 * 60_000);
    expect(await read('four')).toMatchObject({ api: signedIn, testTenant: { api: signedIn } });
  });
});

describe('a worker', () => {
  it('that died in a visit leaves the instance shut for 20 minutes, for who takes over and for a health check', async () => {
    const dies = new Set(['Heritage']);
    const { read, probe, site, asked, pass, powers } = await openInstance({}, ({ signInAndRead }) => ({
      signInAndRead: async (request) => {
        if (!dies.delete(request.tenant)) return signInAndRead(request);
        site.loseAnswer('heritage');
        await powers.signIn({ ...request, signal: AbortSignal.timeout(100) });
        return new Promise<never>(() => undefined);
      },
    }));
    void read();
    await expect.poll(() => site.sessions('heritage').length).toBe(1);
    for (const operation of ['one', 'two'])
      expect(await read(operation)).toMatchObject({
        api: { kind: 'session-held' },
        published: { kind: 'unknown', reason: 'held-back' },
        testTenant: { api: { kind: 'session-held' } },
      });
    expect(await probe('three')).toMatchObject({ kind: 'session-held' });
    expect(asked().filter((what) => what.startsWith('login H'))).toHaveLength(1);
    pass(21 * 60_000);
    site.endSessions('heritage');
    expect(await read()).toMatchObject({ api: signedIn, published: { kind: 'known' } });
    expect(site.sessions('heritage')).toEqual([]);
  });

  it('waits for no other at one instance: of two at once one is let in, the other held back', async () => {
    const { read, site, sessions } = await openInstance();
    site.setBehaviour('heritage', { kind: 'slow', ms: 100 });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, sessions().length);
    }, 5);
    const both = await Promise.all([read('one'), read('two')]);
    clearInterval(watch);
    expect(both.map(({ published }) => published.kind).toSorted()).toEqual(['known', 'unknown']);
    expect(both.map(({ api }) => api.kind).toSorted()).toEqual(['asked', 'session-held']);
    expect(most).toBe(1);
    expect(sessions()).toEqual([]);
  });
});
