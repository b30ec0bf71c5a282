/** Doctor in a pretend world with things broken on purpose: each is named with what mends it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { channelIds, createWorld, type World } from '../../../sandbox/world.ts';
import { botScopes } from '../../../src/slack/scopes.ts';
import { type OpenDesk, openDesk, toText } from '../../integration/open-desk.ts';

let desk: OpenDesk<World>;
afterEach(() => desk.stop());

const setBot = (channel: string, isMember: boolean) =>
  desk.stand.slack.setMembership(channel, desk.stand.slack.botUserId, isMember);

interface Told {
  readonly name: string;
  readonly state: string;
  readonly say: string;
  readonly mend: string | null;
}
const readFindings = async (): Promise<{ exit: number; verdict: string; findings: readonly Told[] }> => {
  const { exit, body } = await desk.json<{ verdict: string; findings: readonly Told[] }>(['doctor']);
  return { exit, ...body.data };
};
const byName = (findings: readonly Told[], name: string): Told => {
  const found = findings.find((finding) => finding.name === name);
  if (!found) throw new Error(`no finding ${name} in ${findings.map((one) => one.name).join(', ')}`);
  return found;
};

/** The small world, installed with our manifest's scopes unless told. */
const open = (scopes: readonly string[] = botScopes, env: Readonly<Record<string, string>> = {}) => {
  const world = createWorld({ now: new Date() });
  const slack = { ...world.slack, botScopes: scopes };
  return openDesk<World>({ world: { ...world, slack }, env });
};
/** What the small world has amiss from the start. */
const mendWorld = () => desk.stand.github.setAccessible('acuops-norrland', true);

describe('doctor', () => {
  it('names everything that is broken, worst first, each with its mend', async () => {
    desk = await open(
      botScopes.filter((scope) => scope !== 'files:write'),
      { GITHUB_TOKEN: 'ghp_wrong' },
    );
    setBot(channelIds.heritage, false);
    await desk.say('killswitch on --reason "wrong package went out"');
    const card = await desk.ask('doctor');
    expect(desk.newest().text).toBe('2 things need mending: Slack scopes, GitHub token');
    const lines = card.split('\n').filter((line) => line !== '');
    expect(lines[0]).toBe('2 things need mending: Slack scopes, GitHub token');
    for (const part of [
      '❌ Slack scopes: Missing: files:write (to add the file of a card',
      'Update the app from manifest.yaml and install it again.',
      '❌ GitHub token: GitHub refused the token (401); nothing of GitHub can be read.',
      'set GITHUB_TOKEN to it, and restart the desk.',
      '⚠️ Client channels: I am not in 1 channel of clients: heritage #C0HERITAGE.',
      '→ In each of them, type /invite @acuops.',
      '⚠️ Killswitch: It is on for everything, by @U0MARCOS00',
      'wrong package went out',
      '→ When the reason is gone: /acuops killswitch off --reason "…".',
      '⚠️ Missing credentials: Reached, but not signed in to, for want of credentials: juniper.',
    ])
      expect(card).toContain(part);
    expect(card).toMatch(
      /✅ \d+ checks well: .*Slack token.*Database, Database clock, Database connections/u,
    );
    const states = [...card.matchAll(/^(❌|❔|⚠️|✅)/gmu)].map(([mark]) => mark);
    expect(states).toEqual(states.toSorted((a, b) => '❌❔⚠️✅'.indexOf(a) - '❌❔⚠️✅'.indexOf(b)));
  });

  it('is content where all is mended, and answers a terminal by exit code and JSON', async () => {
    desk = await open();
    const broken = await readFindings();
    expect(broken.exit).toBe(1);
    expect(byName(broken.findings, 'GitHub rights')).toMatchObject({
      state: 'fail',
      say: 'Not found, or the desk may not read them: acuops-demo/acuops-norrland.',
    });
    mendWorld();
    const { exit, verdict, findings } = await readFindings();
    expect(findings.filter(({ state }) => state === 'fail' || state === 'unknown')).toEqual([]);
    expect(verdict).toBe('The desk works; 1 thing to look at: Missing credentials');
    expect(exit).toBe(0);
    expect(byName(findings, 'Workers').say).toMatch(/^1 worker at work now, 1 operation open, none waits/u);
    expect(byName(findings, 'GitHub budget').say).toMatch(/^token: \d+ of 5000 requests left/u);
    expect(byName(findings, 'Registry file').say).toContain('has nothing new');
    expect(byName(findings, 'Schedules').say).toBe(
      'audit-head has not been due yet, tidy has not been due yet',
    );
  });

  it('warns of what keeps deploys from being planned', async () => {
    desk = await open();
    mendWorld();
    desk.stand.github.faults.status({ path: '*/commits/HEAD/status' }, 403);
    const { exit, findings } = await readFindings();
    expect(exit).toBe(0);
    expect(byName(findings, 'GitHub rights').state).toBe('pass');
    expect(byName(findings, 'GitHub rights for deploys')).toMatchObject({
      state: 'warn',
      say: 'Deploys cannot be planned: the token may not read commit statuses (acuops-demo).',
    });
  });

  it('sees an ops channel without the bot, a lost credential and a file with faults', async () => {
    desk = await open();
    const { secretsDir, env } = desk.stand;
    const file = env['ACUOPS_CLIENTS'] ?? '';
    await rm(`${secretsDir}/ACU_ASTER_PASSWORD`);
    await writeFile(file, (await readFile(file, 'utf8')).replace('tier: premium', 'tier: gold'));
    setBot(channelIds.ops, false);
    const { exit, findings } = await readFindings();
    expect(exit).toBe(1);
    expect(byName(findings, 'Ops channel')).toMatchObject({
      state: 'fail',
      mend: 'In that channel, type /invite @acuops.',
    });
    expect(byName(findings, 'Credentials')).toMatchObject({
      state: 'fail',
      say: 'Cannot be read where the registry points: aster.',
    });
    expect(byName(findings, 'Registry file').state).toBe('fail');
    expect(byName(findings, 'Registry file').say).toContain('"gold"');
    expect(JSON.stringify(findings)).not.toContain('aster-api-2026');
  });

  it('is not for everybody, and never shown where a client reads', async () => {
    desk = await open();
    expect(await desk.say('doctor', 'outsider')).toContain('no role');
    await desk.say('doctor', 'admin', 'bayline');
    await desk.quiet();
    expect(desk.messages('bayline')).toEqual([]);
    const [direct] = desk.messages(desk.dm('admin'));
    expect(direct && toText(direct)).toContain('acuops-norrland');
    expect((await desk.readAuditRows()).map(({ event, verb }) => `${event} ${verb}`)).toContain(
      'denied doctor',
    );
  });

  it('says of GitHub’s limit how long it lasts and what is left, and blames no network', async () => {
    desk = await open();
    mendWorld();
    desk.stand.github.leaveQuota(0, 120_000);
    const { findings } = await readFindings();
    expect(byName(findings, 'GitHub rights')).toMatchObject({
      state: 'unknown',
      say: expect.stringMatching(
        /^GitHub’s limit is reached for at most [23] min more, so this could not be told: acuops-demo\//u,
      ),
    });
    expect(byName(findings, 'GitHub budget').say).toMatch(/^token: 0 of \d+ requests left, new ones in /u);
    expect(JSON.stringify(findings)).not.toContain('network');
  });

  it('says the same where GitHub lets nobody ask at all', async () => {
    desk = await open();
    mendWorld();
    desk.stand.github.faults.secondaryLimit({ path: '/rate_limit' }, 90);
    const { exit, findings } = await readFindings();
    expect(exit).toBe(4);
    expect(byName(findings, 'GitHub')).toMatchObject({
      state: 'unknown',
      say: expect.stringMatching(/^GitHub's limit is reached for at most [23] min more\.$/u),
      mend: expect.stringMatching(/^Wait that long and ask again/u),
    });
    expect(byName(findings, 'GitHub budget').say).toContain('GitHub asks to wait 1 min');
  });

  it('says what could not be looked at, and looks at the rest', async () => {
    desk = await open();
    mendWorld();
    desk.stand.github.faults.status({ path: '/rate_limit' }, 503);
    desk.stand.slack.faults.serverError('users.conversations');
    const { exit, findings } = await readFindings();
    expect(exit).toBe(4);
    expect(byName(findings, 'GitHub')).toMatchObject({ state: 'unknown', say: 'GitHub answered 503.' });
    expect(byName(findings, 'Channels')).toMatchObject({ state: 'unknown' });
    expect(byName(findings, 'Slack token').state).toBe('pass');
  });
});
