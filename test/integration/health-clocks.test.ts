/** Clocks from the first failure to the first pass, over many checks, through unknowns and restarts of the story; and what a check says is new. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../../sandbox/world.ts';
import type { HealthReport } from '../../src/policy/health/report.ts';
import { grantTeam, type OpenDesk, openDesk } from './open-desk.ts';

const world = createWorld({ now: new Date() });
let desk: OpenDesk<typeof world>;
beforeAll(async () => {
  desk = await openDesk({ world });
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const readClient = async (key: string): Promise<HealthReport['clients'][number]> => {
  const { body } = await desk.json(['health', key]);
  const [client] = body.data.clients;
  if (!client) throw new Error(`no client ${key} was checked`);
  return client;
};
const readSince = async (key: string, criterion: string): Promise<string | null | undefined> =>
  (await readClient(key)).observations.find((one) => one.criterion === criterion)?.since;
const hour = 3_600_000;

describe('a clock', () => {
  it('begins with the first failure and is kept, with its deadline by tier', async () => {
    const first = await readSince('heritage', 'api');
    expect(Date.parse(first ?? '')).toBeGreaterThan(desk.now().getTime() - 60_000);
    desk.pass(20 * 60_000);
    expect(await readSince('heritage', 'api')).toBe(first);
    const { respondBy, priority } = await readClient('heritage');
    expect(priority).toBe('P1');
    expect(Date.parse(respondBy ?? '') - Date.parse(first ?? '')).toBe(4 * hour);
    // Premium: CI alone is P1 too. Self-service has no hours.
    expect(await readClient('juniper')).toMatchObject({ priority: 'critical', respondBy: null });
    expect(await readClient('pacific-crate')).toMatchObject({ priority: 'none', respondBy: null });
  });

  it('goes on while nothing can be seen, and says so', async () => {
    const since = await readSince('bayline', 'ci');
    desk.stand.github.faults.status({ path: '*' }, 503);
    const card = await desk.ask('health bayline --fresh');
    desk.stand.github.faults.clear();
    expect(card).toMatch(/CI: unknown, .*was failing since/u);
    expect(card).toContain('answer by');
    expect(await readSince('bayline', 'ci')).toBe(since);
  });

  it('says when its deadline is over', async () => {
    desk.pass(4 * hour);
    expect(await desk.ask('health heritage')).toContain('⏰ overdue, answer was due');
  });

  it('ends with a pass, is told as recovered, and a later failure begins a new one', async () => {
    await desk.ask('health');
    await desk.say('take bayline', 'onCall');
    world.story.baylineCiRepaired(desk.stand.github, desk.now());
    world.story.heritagePasswordRotated({ secretsDir: desk.stand.secretsDir });
    world.story.pacificDeployed(desk.stand.github, desk.now());
    await desk.stand.github.webhooks.settled();
    // GitHub tells nobody that a workflow was switched on.
    desk.pass(6 * 60_000);
    const card = await desk.ask('health');
    expect(card).toMatch(/^❌ 2 of 7 need you, worst: Bayline Foods P1, last deploy 34 days ago/u);
    expect(card).toMatch(/Recovered: .*Heritage Fabrics \(was: sign-in refused\)/u);
    expect(card).toMatch(/Recovered: .*Bayline Foods \(was: CI failed 3 times in a row/u);
    expect(card).toMatch(/Recovered: .*Pacific Crate \(was: /u);
    // Somebody is on it as long as any clock of the client runs.
    expect(card).toContain('is on it since');
    expect(await readSince('heritage', 'api')).toBeNull();
    desk.pass(10 * 60_000);
    desk.stand.acumatica.setBehaviour('heritage', { kind: 'restarting' });
    const later = await desk.ask('health');
    expect(later).toMatch(/New: Heritage Fabrics \(site is restarting\)/u);
    const since = await readSince('heritage', 'api');
    expect(Date.parse(since ?? '')).toBeGreaterThan(desk.now().getTime() - 60_000);
  });

  it('is in status, with the checks and runs behind it', async () => {
    const status = await desk.say('status heritage', 'onCall');
    expect(status).toMatch(/Heritage Fabrics \(premium\): ❌ failing, checked just now/u);
    expect(status).toMatch(/❌ API: site is restarting, failing since 20\d\d-/u);
    expect(status).toContain('Last runs, as GitHub said');
    expect(status).toContain('ci.yml success');
    const { body } = await desk.json<{ readonly checks: readonly { readonly state: string }[] }>([
      'status',
      'heritage',
    ]);
    expect(body.data.checks.length).toBeGreaterThan(3);
    expect(body.data.checks.map((check) => check.state)).toContain('pass');
  });
});
