/** Every way a sign-in can end, at sites that really behave so, all in one check: what the card says of each, what is whose fault, and that the dead delay nobody. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Behaviour } from '../../sandbox/acumatica/server.ts';
import { createFleet, type World } from '../../sandbox/world.ts';
import type { HealthReport } from '../../src/policy/health/report.ts';
import { type OpenDesk, openDesk } from './open-desk.ts';

interface Row {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  readonly cause: string;
  readonly says: RegExp;
  readonly next: RegExp | null;
}
const rows: readonly Row[] = [
  {
    name: '204',
    behaviour: { kind: 'ok' },
    verdict: 'pass',
    cause: 'signed-in',
    says: /^sign-in works$/u,
    next: null,
  },
  {
    name: 'slow',
    behaviour: { kind: 'slow', ms: 400 },
    verdict: 'pass',
    cause: 'signed-in',
    says: /^sign-in works$/u,
    next: null,
  },
  {
    name: '401',
    behaviour: { kind: 'wrong-password' },
    verdict: 'fail',
    cause: 'sign-in-refused',
    says: /^sign-in refused$/u,
    next: /new API password/u,
  },
  {
    name: '429',
    behaviour: { kind: 'limit-429' },
    verdict: 'fail',
    cause: 'user-limit',
    says: /^API user limit reached$/u,
    next: /close idle API sessions/u,
  },
  {
    name: '500 with the limit named',
    behaviour: { kind: 'limit-500' },
    verdict: 'fail',
    cause: 'user-limit',
    says: /^API user limit reached$/u,
    next: /close idle API sessions/u,
  },
  {
    name: 'PXUndefinedCompanyException',
    behaviour: { kind: 'wrong-tenant' },
    verdict: 'fail',
    cause: 'wrong-tenant',
    says: /tenant/u,
    next: /registry/u,
  },
  {
    name: 'TargetInvocationException',
    behaviour: { kind: 'restarting' },
    verdict: 'fail',
    cause: 'restarting',
    says: /^site is restarting$/u,
    next: /5 minutes/u,
  },
  {
    name: 'silence',
    behaviour: { kind: 'hang' },
    verdict: 'fail',
    cause: 'timeout',
    says: /^no answer within 10 s$/u,
    next: /browser/u,
  },
  {
    name: 'a cut connection',
    behaviour: { kind: 'reset' },
    verdict: 'fail',
    cause: 'connection-lost',
    says: /^connection lost/u,
    next: /check again/u,
  },
  {
    name: 'another host',
    behaviour: { kind: 'redirect', to: 'http://169.254.169.254/latest/meta-data' },
    verdict: 'unknown',
    cause: 'unexpected-answer',
    says: /302/u,
    next: /look/u,
  },
  {
    name: 'no end',
    behaviour: { kind: 'huge' },
    verdict: 'unknown',
    cause: 'unexpected-answer',
    says: /200/u,
    next: /look/u,
  },
  {
    name: 'a page',
    behaviour: { kind: 'garbage', status: 503 },
    verdict: 'unknown',
    cause: 'unexpected-answer',
    says: /503: .*Service Unavailable/u,
    next: /look/u,
  },
];

/** Where the site is not the emulator's to misbehave: the address itself is at fault. */
const places: readonly (Omit<Row, 'behaviour'> & { readonly toUrl: () => Promise<string> | string })[] = [
  {
    name: 'nobody listens',
    toUrl: () => desk.stand.acumatica.refusedUrl('erp'),
    verdict: 'fail',
    cause: 'connection-refused',
    says: /^connection refused$/u,
    next: /web server/u,
  },
  {
    name: 'no such name',
    toUrl: () => desk.stand.acumatica.unknownHostUrl('erp'),
    verdict: 'fail',
    cause: 'name-not-found',
    says: /^host name not found$/u,
    next: /DNS/u,
  },
  {
    name: 'a private address',
    toUrl: () => 'http://10.20.30.40/erp',
    verdict: 'unknown',
    cause: 'blocked-address',
    says: /not allowed/u,
    next: /allow this address/u,
  },
  {
    name: 'a link-local one',
    toUrl: () => 'http://169.254.169.254/erp',
    verdict: 'unknown',
    cause: 'blocked-address',
    says: /not allowed/u,
    next: /allow this address/u,
  },
];

let desk: OpenDesk<World>;
let found: HealthReport['clients'] = [];
let tookMs = 0;
const toKey = (at: number): string => `client-${String(at + 1).padStart(4, '0')}`;
/** Signs in, and the answer is lost: nobody knows of the session. */
const lostKey = toKey(rows.length + places.length);

beforeAll(async () => {
  desk = await openDesk({ world: createFleet({ count: rows.length + places.length + 1, now: new Date() }) });
  for (const [at, { behaviour }] of rows.entries())
    desk.stand.acumatica.setBehaviour(`acuops-${toKey(at)}`, behaviour);
  for (const [at, { toUrl }] of places.entries())
    await desk.say(`edit-client ${toKey(rows.length + at)} --url ${await toUrl()}`);
  desk.stand.acumatica.loseAnswer(`acuops-${lostKey}`);
  const since = performance.now();
  found = (await desk.json(['health'])).body.data.clients;
  tookMs = performance.now() - since;
}, 60_000);
afterAll(() => desk.stop());

describe('the sign-in ends in', () => {
  it.each([...rows, ...places].map((row, at) => ({ at, ...row })))(
    '$name',
    ({ at, verdict, cause, says, next }) => {
      const client = found.find((one) => one.client.key === toKey(at));
      const api = client?.observations.find((one) => one.criterion === 'api');
      expect(api).toMatchObject({ verdict, cause, say: expect.stringMatching(says) });
      expect(api?.next ?? '').toMatch(next ?? /^$/u);
      // Everything else of these clients is well: only the API decides.
      expect(client?.state).toBe(verdict);
    },
  );

  it('all of them in one check that waits for nobody longer than a probe may take', () => {
    expect(found).toHaveLength(rows.length + places.length + 1);
    expect(tookMs).toBeLessThan(20_000);
  });

  it('a session that may have stayed open keeps everybody out for 20 minutes', async () => {
    const prefix = `acuops-${lostKey}`;
    expect(found.find((one) => one.client.key === lostKey)?.state).not.toBe('pass');
    expect(desk.stand.acumatica.sessions(prefix)).toHaveLength(1);
    const calls = desk.stand.acumatica.calls(prefix).length;
    const { out } = await desk.terminal(['health', lostKey]);
    expect(out).toContain('not asked: an earlier session may be open until');
    const logins = desk.stand.acumatica
      .calls(prefix)
      .slice(calls)
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/login'));
    expect(logins).toEqual([]);
    desk.pass(21 * 60_000);
    expect((await desk.json(['health', lostKey])).exit).toBe(0);
  });
});
