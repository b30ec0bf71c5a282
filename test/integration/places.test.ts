/** Who is shown what where: a client's channel, one shared with another company, a direct message, a channel that the bot is not in. Nothing of one client is ever read by another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../sandbox/world.ts';
import { channelIds, clientTeamId, personIds } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openSmallDesk, toText } from './open-desk.ts';

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const others = /Kestrel|Aster|Norrland|Pacific|Juniper|Wexford/u;
const everythingIn = (channel: string): string =>
  JSON.stringify(
    desk.stand.slack
      .messages(channel)
      .map(({ text, blocks, earlierBlocks }) => [text, blocks, earlierBlocks]),
  );

describe('in a client’s own channel', () => {
  it.each(['health', 'health --all', 'health premium'])('%s shows that client only', async (line) => {
    const card = await desk.ask(line, 'onCall', 'heritage');
    expect(card).toContain('Heritage Fabrics');
    expect(everythingIn(channelIds.heritage)).not.toMatch(
      /Bayline|Kestrel|Aster|Norrland|Pacific|Juniper|Wexford/u,
    );
  });

  it('another client asked for by name comes to the asker alone', async () => {
    const before = everythingIn(channelIds.heritage);
    const told = await desk.ack('health bayline', 'onCall', 'heritage');
    expect(toText(told)).toContain('sent to you directly');
    await desk.quiet();
    expect(everythingIn(channelIds.heritage)).toBe(before);
    expect(desk.shown(desk.dm('onCall')).at(-1)).toContain('Bayline Foods');
  });

  it('list shows that client, status of another one goes to the asker, and the team’s notes stay out', async () => {
    await desk.say('note heritage they pay late', 'onCall');
    expect(await desk.say('list', 'onCall', 'heritage')).not.toMatch(others);
    expect(await desk.say('status heritage', 'onCall', 'heritage')).not.toContain('pay late');
    expect(await desk.say('status heritage', 'onCall')).toContain('pay late');
    expect(await desk.say('status kestrel', 'onCall', 'heritage')).not.toContain('Kestrel');
    await desk.quiet();
    expect(desk.shown(desk.dm('onCall')).at(-1)).toContain('Kestrel');
  });
});

describe('in a channel shared with a client', () => {
  it('health shows that client only, and Check again there stays so', async () => {
    const card = await desk.ask('health', 'approver', 'bayline');
    expect(card).toContain('Bayline Foods');
    await desk.press({ actionId: 'acuops:health:again' }, 'onCall', 'bayline');
    await desk.quiet();
    expect(everythingIn(channelIds.bayline)).not.toMatch(
      /Heritage|Kestrel|Aster|Norrland|Pacific|Juniper|Wexford/u,
    );
  });

  it('audit, roles and the registry never answer there', async () => {
    // Of the record only what is about that client is shown there, to the asker alone.
    expect(await desk.say('audit', 'admin', 'bayline')).toMatch(/[12] in the record/u);
    for (const line of ['audit verify', 'role list', 'registry export', 'killswitch']) {
      const told = await desk.ack(line, 'admin', 'bayline');
      expect(toText(told)).toContain('sent to you directly');
      expect(JSON.stringify(told.body)).not.toMatch(/Heritage|heritage|U0DANALEE0/u);
    }
    await desk.quiet();
    expect(everythingIn(channelIds.bayline)).not.toMatch(/heritage|approver/u);
  });

  it('a channel shared with strangers and mapped to nobody shows nothing at all', async () => {
    desk.stand.slack.setExtShared(channelIds.ops, true);
    desk.pass(61_000);
    const told = toText(await desk.ack('health', 'onCall', 'ops'));
    await desk.quiet();
    desk.stand.slack.setExtShared(channelIds.ops, false);
    desk.pass(61_000);
    expect(told).toContain('sent to you directly');
    expect(desk.messages('ops')).toEqual([]);
    expect(desk.shown(desk.dm('onCall')).at(-1)).toContain('4 of 7 need you');
  });

  it('a card says that somebody of the team is on it, and not who', async () => {
    await desk.ask('health', 'onCall', 'bayline');
    await desk.say('take bayline', 'onCall');
    await desk.quiet();
    expect(desk.shown('bayline').at(-1)).toContain('The team is on it since');
    expect(everythingIn(channelIds.bayline)).not.toContain(personIds.onCall);
    await desk.say('take bayline --release', 'onCall');
    await desk.quiet();
  });
});

describe('the contact of a client', () => {
  const asContact = async (text: string) => {
    const { slack } = desk.stand;
    const built = slack.build.command(personIds.clientContact, channelIds.bayline, '/acuops', text);
    const ack = await slack.deliver('command', built.payload);
    return { ack, seen: JSON.stringify(ack.body) };
  };

  it('is let in by the registry alone: a slash command of their own workspace is not for this desk', async () => {
    const { ack, seen } = await asContact('status bayline');
    expect(ack.ok).toBe(true);
    expect(seen).toContain('not connected to this desk');
  });

  it('reads the status of their client by a mention, without the team’s notes', async () => {
    await desk.say('note bayline difficult people', 'onCall');
    await desk.stand.slack.mention(personIds.clientContact, channelIds.bayline, 'status bayline');
    await desk.quiet();
    const seen = JSON.stringify([
      desk.stand.slack.ephemerals(personIds.clientContact),
      desk.stand.slack.messages(channelIds.bayline),
    ]);
    expect(seen).toContain('Bayline Foods');
    expect(seen).not.toContain('difficult people');
  });

  it.each([
    'status heritage',
    'status nobody',
    'health',
    'health heritage',
    'list',
    'note bayline hello',
    'take bayline',
    'audit',
    'role list',
    'token create x',
    'killswitch',
    'registry export',
    'retry-sign-in bayline',
    'health bayline',
  ])('gets nothing by “%s”, is told so alone, and it is written down', async (line) => {
    const { slack } = desk.stand;
    const before = { shown: everythingIn(channelIds.bayline), rows: (await desk.readAuditRows()).length };
    await slack.mention(personIds.clientContact, channelIds.bayline, line);
    await desk.quiet();
    const told = slack.ephemerals(personIds.clientContact).at(-1)?.text ?? '';
    expect(told).toMatch(/Your role does not include|You may not see that client/u);
    expect(told).not.toMatch(/Heritage/u);
    expect(desk.messages('bayline').filter(({ text }) => text.includes('Heritage'))).toEqual([]);
    const [newest] = await desk.readAuditRows();
    expect(newest).toMatchObject({ event: 'denied', actor: `${clientTeamId}:${personIds.clientContact}` });
    expect((await desk.readAuditRows()).length).toBe(before.rows + 1);
  });
});

describe('where the bot is not a member', () => {
  it('the card comes by direct message and says how to invite the bot', async () => {
    await desk.say('health aster', 'onCall', 'random');
    await desk.quiet();
    expect(desk.messages('random')).toEqual([]);
    const card = desk.shown(desk.dm('onCall')).at(-1);
    expect(card).toContain('Aster Medical Supply is healthy');
    expect(card).toMatch(/\/invite/u);
  });

  it('a direct message shows everything that the person may see', async () => {
    const dm = desk.dm('onCall');
    expect(await desk.say('whoami', 'onCall', dm)).toContain('Nobody else reads here');
    expect(await desk.ask('health', 'onCall', dm)).toContain('4 of 7 need you');
  });
});

describe('a card that somebody replied to', () => {
  it('is checked again in the channel, not in that thread', async () => {
    const { slack } = desk.stand;
    await desk.ask('health aster');
    const first = desk.newest();
    await slack.say(personIds.approver, channelIds.ops, 'looking at it', { threadTs: first.ts });
    await desk.ask('health kestrel');
    const before = desk.messages().length;
    await slack.click(personIds.onCall, channelIds.ops, first.ts, { actionId: 'acuops:health:again' });
    await desk.quiet();
    expect(slack.thread(channelIds.ops, first.ts).filter((one) => one.isBot)).toHaveLength(1);
    expect(desk.messages()).toHaveLength(before + 1);
    expect(desk.shown().at(-1)).toContain('Aster Medical Supply');
  });
});
