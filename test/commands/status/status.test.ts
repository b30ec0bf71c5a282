/** `status` through the real door and store: the team reads everything, a client's contact its own facts without the team's words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineStatus, type StatusFacts } from '../../../src/commands/status/command.ts';
import { toDb } from '../../../src/store/database.ts';
import { addNote, claimTarget, readClaims, readNotes } from '../../../src/store/health-store.ts';
import { readTargets } from '../../../src/store/target-store.ts';
import { toText } from '../../support/answer-text.ts';
import { toTestClient, writeTestClients } from '../../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  opsChannel,
  people,
  type TestDoor,
  terminal,
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
let ids: Readonly<Record<string, string>>;
const at = new Date('2026-11-20T07:00:00Z');
const channel = { team: 'T0DESK', channel: 'C0HERITAGE' };

const observations: StatusFacts['observations'] = [
  {
    criterion: 'api',
    verdict: 'fail',
    cause: 'sign-in-refused',
    say: 'sign-in refused <@U1>',
    next: null,
    url: null,
    observedAt: at,
    since: at,
    subject: 'production',
  },
];

beforeAll(async () => {
  desk = await createDeskDatabase();
  ids = await writeTestClients(desk.database, [
    toTestClient('heritage', { slack: channel }),
    toTestClient('bayline'),
    toTestClient('gone', { status: 'archived' }),
  ]);
  const heritageId = ids['heritage'] ?? '';
  await desk.database.transact(async (tx) => {
    await addNote(tx, heritageId, people.operator, 'the password is late again', at);
    await claimTarget(tx, heritageId, people.operator, at);
  });
  testDoor = createTestDoor({
    database: desk.database,
    commands: () => [
      defineStatus({
        zone: 'UTC',
        readFacts: async (tx, targetId) => {
          const scope = { kind: 'only', targetIds: [targetId] } as const;
          const [target] = await readTargets(toDb(tx), scope);
          if (!target) return null;
          const isHeritage = target.key === 'heritage';
          return {
            target,
            checks: isHeritage ? [{ state: 'fail', at }] : [],
            observations: isHeritage ? observations : [],
            runs: null,
            notes: await readNotes(tx, targetId, 5),
            claim: (await readClaims(toDb(tx), scope))[0] ?? null,
          };
        },
      }),
    ],
  });
  testDoor.grant(people.contact, [{ role: 'contact', targetIds: [heritageId] }]);
});
afterAll(() => desk.drop());

const clientChannel = { kind: 'channel', ...channel } as const;

describe('status', () => {
  it('names people in a terminal as they are typed there', async () => {
    const text = toText(await testDoor.ask('status heritage', { place: terminal, via: 'socket' }));
    expect(text).toContain('\nT0DESK:U0OPERATOR is on it');
    expect(text).toContain('T0DESK:U0OPERATOR: the password is late again');
  });

  it('tells the team what is known, since when, who is on it and what was noted', async () => {
    const receipt = await testDoor.ask('status heritage', { as: 'viewer' });
    expect(expectAnswer(receipt).exit).toBe(1);
    expect(toText(receipt)).toMatch(
      /Heritage Ltd \(premium\): ❌ failing, checked 1 h ago[\s\S]*❌ API: sign-in refused <@U1>, failing since[\s\S]*@U0OPERATOR is on it[\s\S]*the password is late again/,
    );
    expect(JSON.stringify(expectAnswer(receipt).message)).not.toContain('<@U1>');
    // One zone for one deadline: the desk's, as on the cards, not the client's.
    expect(toText(receipt)).toMatch(/Answer due by 2026-11-20 11:00 UTC/u);
  });

  it.each([
    ['a contact, alone', 'contact', { ...opsChannel, kind: 'dm', channel: 'D0CONTACT' }],
    ['a contact, in their channel', 'contact', clientChannel],
    ['the team, in the client’s channel', 'operator', clientChannel],
  ] as const)('keeps the words of the team from %s', async (_what, as, place) => {
    testDoor.setAudience(channel.channel, { kind: 'shared', targetIds: [ids['heritage'] ?? ''] });
    const receipt = await testDoor.ask('status heritage', { as, place });
    expect(toText(receipt)).toContain('sign-in refused');
    expect(JSON.stringify(expectAnswer(receipt))).not.toMatch(/late again|is on it/);
  });

  it('shows a contact no other client, and not whether it exists', async () => {
    const says = await Promise.all(
      ['bayline', 'nobody', 'gone'].map(async (key) =>
        expectRefusal(await testDoor.ask(`status ${key}`, { as: 'contact' })),
      ),
    );
    expect(new Set(says.map(({ reason, say }) => `${reason} ${say}`)).size).toBe(1);
    expect(says[0]?.reason).toBe('denied');
    expect(expectRefusal(await testDoor.ask('status heritage', { as: 'outsider' })).reason).toBe('denied');
    expect((await testDoor.readAuditRows()).filter(({ event }) => event === 'denied')).toHaveLength(4);
  });

  it('is explained to a contact without what they never see, and without a client of others', () => {
    const { example, summary } = testDoor.commands.find('status') ?? {};
    expect(summary).not.toMatch(/note/iu);
    expect(example).toBe('status acme');
  });

  it.each([
    ['bayline', 4, /never checked/],
    ['gone', 0, /archived/],
  ])('says of %s what it does not know', async (key, exit, pattern) => {
    const receipt = await testDoor.ask(`status ${key}`);
    expect(expectAnswer(receipt).exit).toBe(exit);
    expect(toText(receipt)).toMatch(pattern);
  });

  it('answers the asker alone where another client reads', async () => {
    testDoor.setAudience('C0OTHER', { kind: 'shared', targetIds: [ids['bayline'] ?? ''] });
    expect(
      await testDoor.ask('status heritage', { place: { ...opsChannel, channel: 'C0OTHER' } }),
    ).toMatchObject({ where: 'direct' });
  });

  it('names a client nobody knows', async () => {
    expect(expectRefusal(await testDoor.ask('status herritage'))).toMatchObject({
      reason: 'not-found',
      say: expect.stringContaining('herritage') as string,
    });
  });
});
