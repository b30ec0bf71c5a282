/** `deploy … --dry-run` in the pretend world, through Slack and the terminal: what the card says is what GitHub and the site say, and nothing is changed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorld, type Story, type World } from '../../sandbox/world.ts';
import { DeployReport } from '../../src/policy/deploy/report.ts';
import { grantTeam, type OpenDesk, openDesk } from './open-desk.ts';

let desk: OpenDesk<World & { readonly story: Story }>;
beforeAll(async () => {
  desk = await openDesk({ world: createWorld({ now: new Date() }) });
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const plan = async (...words: readonly string[]): Promise<DeployReport> => {
  const { body } = await desk.json<z.input<typeof DeployReport>>(['deploy', ...words, '--dry-run']);
  return z.decode(DeployReport, body.data);
};
const gate = ({ gates }: DeployReport, name: string) => gates.find((one) => one.name === name);

describe('a client that is well', () => {
  it('is planned whole, and nothing is asked to change', async () => {
    const before = desk.stand.github.calls().filter(({ method }) => method !== 'GET').length;
    const report = await plan('aster');
    expect(report.missing).toEqual([]);
    expect(report.planned?.plan).toMatchObject({
      client: { key: 'aster' },
      environment: 'production',
      projects: ['AsterCustom', 'SerialWatch'],
      merges: true,
    });
    expect(report.planned?.digest).toMatch(/^[0-9a-f]{64}$/u);
    expect(report.neighbours).toBe(1);
    expect(gate(report, 'health')?.verdict).toBe('pass');
    expect(gate(report, 'scope')).toMatchObject({ verdict: 'warn', cause: 'already-live' });
    expect(desk.stand.github.calls().filter(({ method }) => method !== 'GET')).toHaveLength(before);
    expect(desk.stand.acumatica.sessions('tradecloud')).toEqual([]);
  });

  it('has the same digest when asked again, and another one when a variable changed', async () => {
    const first = await plan('aster');
    const second = await plan('aster');
    expect(second.planned?.digest).toBe(first.planned?.digest);
    desk.stand.github.setVariable('acuops-aster', 'ACUOPS_PIPELINE_VERSION', 'main');
    const third = await plan('aster');
    expect(third.planned?.digest).not.toBe(first.planned?.digest);
    desk.stand.github.setVariable('acuops-aster', 'ACUOPS_PIPELINE_VERSION', 'v1.8.2');
  });
});

describe('what is in the way', () => {
  it('is a refused sign-in, asked for once', async () => {
    const card = await desk.ask('deploy heritage --dry-run', 'onCall');
    expect(desk.newest().text).toMatch(
      /^Dry run for Heritage Fabrics, production: would not start, sign-in refused/u,
    );
    expect(card).toContain('adds 3 commits by sam-ortiz, dana-lee');
    expect(card).toContain('#33');
    const again = await plan('heritage');
    expect(gate(again, 'health')).toMatchObject({ verdict: 'fail', cause: 'sign-in-refused' });
    expect(gate(again, 'orphans')?.verdict).toBe('unknown');
    expect(desk.stand.acumatica.tries('heritage', 'acuops-heritage')).toBe(1);
  });

  it('are failed checks, by their names', async () => {
    const report = await plan('kestrel');
    expect(gate(report, 'checks')).toMatchObject({ verdict: 'fail', cause: 'checks-failed' });
    expect(gate(report, 'checks')?.say).toContain('test');
    expect(report.state).toBe('blocked');
  });

  it('is a project that nobody knows, and a change of how deploys run is told', async () => {
    const report = await plan('bayline');
    expect(gate(report, 'orphans')).toMatchObject({ verdict: 'fail' });
    expect(gate(report, 'orphans')?.say).toContain('TaxHotfix2024');
    expect(gate(report, 'scope')).toMatchObject({ verdict: 'warn', cause: 'changes-deploys' });
  });

  it('is a repository out of sight: all of it unknown, and exit 4', async () => {
    const { exit, body } = await desk.json<z.input<typeof DeployReport>>(['deploy', 'norrland', '--dry-run']);
    const report = z.decode(DeployReport, body.data);
    expect(exit).toBe(4);
    expect(report.planned).toBeNull();
    expect(report.missing.length).toBeGreaterThan(0);
    expect(gate(report, 'checks')?.verdict).toBe('unknown');
  });

  it('is a ref that does not exist', async () => {
    const report = await plan('aster', '--ref', 'no-such-branch');
    expect(report.state).toBe('blocked');
    expect(report.missing.join()).toContain('no such branch, tag or commit');
  });

  it('is the killswitch', async () => {
    await desk.say('killswitch on --target aster --reason "wrong package went out"');
    expect(gate(await plan('aster'), 'killswitch')).toMatchObject({ verdict: 'fail' });
    await desk.say('killswitch off --target aster --reason "taken back"');
  });

  it('is a publish that goes on, by whoever shares the site: nobody signs in', async () => {
    const { github, acumatica } = desk.stand;
    const run = github.addRun('acuops-kestrel', {
      file: 'acuops-deploy.yml',
      event: 'push',
      status: 'in_progress',
      createdAt: desk.now(),
      jobs: [],
    });
    acumatica.forgetCalls();
    const report = await plan('aster');
    expect(gate(report, 'health')).toMatchObject({ verdict: 'fail', cause: 'publishing' });
    expect(acumatica.calls('tradecloud')).toEqual([]);
    github.updateRun('acuops-kestrel', run, { status: 'completed', conclusion: 'success' });
  });
});

describe('who may, and where', () => {
  it('is refused to an outsider and to a contact, and recorded', async () => {
    expect(await desk.say('deploy bayline --dry-run', 'outsider')).not.toContain('under way');
    expect(await desk.say('deploy bayline --dry-run', 'clientContact', 'bayline')).not.toContain('under way');
    const rows = (await desk.readAuditRows()).filter(
      ({ verb, event }) => verb === 'deploy' && event === 'denied',
    );
    expect(rows).toHaveLength(1);
  });

  it("never stands in the client's own channel", async () => {
    const before = desk.messages('bayline').length;
    const told = await desk.say('deploy bayline --dry-run', 'onCall', 'bayline');
    expect(told).toContain('sent to you directly');
    await desk.quiet();
    expect(desk.messages('bayline')).toHaveLength(before);
    expect(desk.shown(desk.dm('onCall')).at(-1)).toContain('Dry run for Bayline Foods');
  });

  it('is no deploy for a client that is leaving', async () => {
    expect(await desk.ask('deploy wexford --dry-run', 'onCall')).toContain('nothing is deployed there');
  });

  it('plans again from the card, which it takes over', async () => {
    await desk.ask('deploy kestrel --dry-run', 'onCall');
    const count = desk.messages().length;
    await desk.press({ actionId: 'acuops:deploy:again' }, 'onCall');
    await desk.quiet();
    expect(desk.messages()).toHaveLength(count);
  });
});
