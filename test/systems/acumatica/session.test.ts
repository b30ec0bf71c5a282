/** A visit inside a session: whatever it does, the sign-out follows, and nothing of it is sent afterwards. */
import { describe, expect, it } from 'vitest';
import { publishedPath } from '../../../sandbox/acumatica/server.ts';
import type { InstanceSession } from '../../../src/systems/acumatica/session.ts';
import { open } from './site.ts';

const openSite = async () => {
  const site = await open();
  const visit = <T>(work: (session: InstanceSession) => Promise<T>, boundMs = 3_000) =>
    site.signIn({ ...site.request, signal: AbortSignal.timeout(boundMs), visit: work });
  const paths = () => site.site.calls('heritage').map(({ path }) => path);
  return { ...site, visit, paths };
};
const inAndOut = ['/entity/auth/login', '/entity/auth/logout'];

describe('a visit', () => {
  it('hands on what it found', async () => {
    const { visit, site } = await openSite();
    const asked = await visit(({ post }) => post(publishedPath, '{}'));
    expect(asked).toMatchObject({ signedOut: true, visited: { kind: 'answer', status: 200 } });
    expect(site.sessions('heritage')).toEqual([]);
  });

  it('that throws is signed out, then thrown on', async () => {
    const { visit, site, paths } = await openSite();
    await expect(visit(() => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
    expect(paths()).toEqual(inAndOut);
    expect(site.sessions('heritage')).toEqual([]);
  });

  it('that hangs is ended by the signal, and signed out', async () => {
    const { visit, site } = await openSite();
    site.setBehaviour('heritage', { kind: 'hang' }, 1, publishedPath);
    const hung = await visit(({ post }) => post(publishedPath, '{}'), 200);
    expect(hung).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: false });
    expect(hung.visited).toMatchObject({ kind: 'failed', reason: 'timeout' });
    expect(await hung.settled).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: true });
    expect(site.sessions('heritage')).toEqual([]);
  });

  it('that heeds no signal is left behind, and can send nothing more', async () => {
    const { visit, site, paths } = await openSite();
    const later = Promise.withResolvers<void>();
    let ask: (() => Promise<unknown>) | undefined;
    const left = await visit(async ({ post }) => {
      ask = () => post(publishedPath, '{}');
      await later.promise;
    }, 200);
    expect(left).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: false, visited: null });
    expect(await left.settled).toMatchObject({ signedOut: true });
    expect(await ask?.()).toMatchObject({ kind: 'failed', mayHaveLeft: false });
    later.resolve();
    expect(paths()).toEqual(inAndOut);
    expect(site.sessions('heritage')).toEqual([]);
  });

  it('that is over can send nothing more, though the signal would let it', async () => {
    const { visit, paths } = await openSite();
    const { visited } = await visit(
      async ({ post }) =>
        () =>
          post(publishedPath, '{}'),
    );
    expect(await visited?.()).toMatchObject({ kind: 'failed', mayHaveLeft: false });
    expect(paths()).toEqual(inAndOut);
  });

  it('does not begin after the signal: a late answer is only signed out', async () => {
    const { visit, site, paths } = await openSite();
    site.setBehaviour('heritage', { kind: 'slow', ms: 300 }, 1);
    let visits = 0;
    const late = await visit(async () => {
      visits += 1;
    }, 100);
    expect(await late.settled).toMatchObject({ signIn: { kind: 'signed-in' }, signedOut: true });
    expect(visits).toBe(0);
    expect(paths()).toEqual(inAndOut);
  });
});
