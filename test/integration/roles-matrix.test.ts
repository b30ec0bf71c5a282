/** Every verb by every person, in our own channel, in a client's channel and in a direct message: who is let in, who is refused, privately and on record. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../sandbox/world.ts';
import { grantTeam, type OpenDesk, openSmallDesk, personIds, toText, type Who } from './open-desk.ts';

type Least = 'viewer' | 'operator' | 'admin';
/** The least role that may; lines that a lawful person is answered, whatever the answer. */
const verbs: readonly (readonly [string, Least])[] = [
  ['health aster', 'viewer'],
  ['list', 'viewer'],
  ['status aster', 'viewer'],
  ['whoami', 'viewer'],
  ['help', 'viewer'],
  ['token list', 'viewer'],
  ['killswitch show', 'viewer'],
  ['health aster --fresh', 'operator'],
  ['note aster seen', 'operator'],
  ['take aster', 'operator'],
  ['take aster --release', 'operator'],
  ['retry-sign-in aster', 'operator'],
  ['doctor', 'operator'],
  ['role list', 'admin'],
  ['token list <@U0DANALEE0>', 'admin'],
  ['audit', 'admin'],
  ['audit verify', 'admin'],
  ['registry import --dry-run', 'admin'],
  ['edit-client aster --tier standard', 'admin'],
  ['killswitch off --reason "a test of roles"', 'admin'],
];
const ranks = { none: 0, viewer: 1, operator: 2, approver: 3, admin: 4 };
const people: readonly (readonly [Who, keyof typeof ranks])[] = [
  ['outsider', 'none'],
  ['onCall', 'operator'],
  ['approver', 'approver'],
  ['admin', 'admin'],
];

let desk: OpenDesk<World>;
beforeAll(async () => {
  desk = await openSmallDesk();
  await grantTeam(desk);
});
afterAll(() => desk.stop());

const denied = /You have no role at this desk|Your role does not include/u;
const readDenials = async () => (await desk.readAuditRows()).filter(({ event }) => event === 'denied');

const mayAsk = (role: keyof typeof ranks, least: Least): boolean => ranks[role] >= ranks[least];
const places = (who: Who): readonly string[] => ['ops', 'heritage', desk.dm(who)];

describe.each(people)('%s, who is %s', (who, role) => {
  it.each(verbs.filter(([, least]) => mayAsk(role, least)))('may ask %s', async (line) => {
    for (const where of places(who)) expect(await desk.say(line, who, where)).not.toMatch(denied);
  });

  it.each(verbs.filter(([, least]) => !mayAsk(role, least)))('is refused %s: it needs %s', async (line) => {
    const before = (await readDenials()).length;
    for (const where of places(who)) {
      const ack = await desk.ack(line, who, where);
      expect(toText(ack)).toMatch(denied);
      expect(ack.body).toMatchObject({ response_type: 'ephemeral' });
    }
    const rows = await readDenials();
    expect(rows).toHaveLength(before + 3);
    const row = { verb: line.split(' ')[0], actor: `T0ACUOPS00:${personIds[who]}`, operationId: null };
    expect(rows.slice(0, 3)).toMatchObject([row, row, row]);
  });
});

describe('a role', () => {
  it('given to a person counts at once, and taken away too', async () => {
    expect(await desk.say('list', 'outsider')).toMatch(denied);
    expect(await desk.say(`role grant <@${personIds.outsider}> viewer`)).toContain('viewer from now on');
    expect(await desk.say('list', 'outsider')).toContain('8 clients');
    expect(await desk.say('note aster hello', 'outsider')).toMatch(denied);
    expect(await desk.say('help', 'outsider')).not.toMatch(
      /• (?:note|take|audit|role|registry|doctor|add-client)/u,
    );
    await desk.say(`role revoke <@${personIds.outsider}> viewer`);
    expect(await desk.say('list', 'outsider')).toMatch(denied);
  });

  it('of a user group follows its members within a minute', async () => {
    const { setUserGroup } = desk.stand.slack;
    setUserGroup('S0APPROVE0', [personIds.approver, personIds.outsider]);
    desk.pass(61_000);
    expect(await desk.say('note aster by the group', 'outsider')).toContain('Noted');
    setUserGroup('S0APPROVE0', [personIds.approver]);
    desk.pass(61_000);
    expect(await desk.say('note aster again', 'outsider')).toMatch(denied);
  });

  it('of a whole team lets everybody of it in', async () => {
    await desk.say('role grant T0ACUOPS00 viewer');
    expect(await desk.say('list', 'outsider')).toContain('8 clients');
    await desk.say('role revoke T0ACUOPS00 viewer');
    expect(await desk.say('list', 'outsider')).toMatch(denied);
  });

  it('by configuration cannot be taken away from Slack', async () => {
    expect(await desk.say(`role revoke <@${personIds.admin}> admin`)).toContain('is admin by configuration');
    expect(await desk.say('role list')).toContain('admin, by configuration');
  });
});
