/** `token` through the real door and store: shown once, bound to its maker, gone when revoked or old. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defineToken } from '../../../src/commands/token/command.ts';
import { createToken, findTokenOwner, readTokens, revokeTokens } from '../../../src/store/access-store.ts';
import { toText } from '../../support/answer-text.ts';
import { createDeskDatabase, type DeskDatabase } from '../../support/desk-database.ts';
import {
  createTestDoor,
  expectAnswer,
  expectRefusal,
  type Person,
  people,
  type TestDoor,
  terminal,
} from '../../support/door.ts';

let desk: DeskDatabase;
let testDoor: TestDoor;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  testDoor = createTestDoor({
    database: desk.database,
    commands: [defineToken({ create: createToken, read: readTokens, revoke: revokeTokens })],
  });
});

const findOwner = (token: string) => findTokenOwner(desk.database.db, token, testDoor.now());
const create = async (as: Person = 'operator', line = 'token create laptop') =>
  expectAnswer(await testDoor.ask(line, { as })).secret ?? '';

describe('token', () => {
  it.each<Person>(['contact', 'outsider'])('refuses a %s and writes that down', async (as) => {
    expect(expectRefusal(await testDoor.ask('token create laptop', { as })).reason).toBe('denied');
    expect(await desk.database.db.selectFrom('access_tokens').selectAll().execute()).toEqual([]);
    expect(await testDoor.readAuditRows()).toMatchObject([{ event: 'denied', verb: 'token' }]);
  });

  it('is shown once, acts as its maker, and is written down nowhere', async () => {
    const ask = () => testDoor.ask('token create laptop', { as: 'operator', key: 'same' });
    const token = expectAnswer(await ask()).secret ?? '';
    expect(await findOwner(token)).toEqual(people.operator);
    const again = expectAnswer(await ask());
    expect(again.secret).toBeUndefined();
    expect(await desk.database.db.selectFrom('access_tokens').selectAll().execute()).toHaveLength(1);
    const { rows } = {
      rows: await Promise.all(
        (['operations', 'audit_rows', 'access_tokens'] as const).map((table) =>
          desk.database.db.selectFrom(table).selectAll().execute(),
        ),
      ),
    };
    expect(JSON.stringify(rows)).not.toContain(token.slice(7));
    expect(await testDoor.readAuditRows()).toMatchObject([
      { event: 'answered', verb: 'token', detail: { changed: { action: 'created', label: 'laptop' } } },
    ]);
  });

  it('is said to be shown once where it is shown, and where it is used is said beside it', async () => {
    const text = toText(await testDoor.ask('token create laptop', { as: 'operator' }));
    expect(text).toBe(
      "Token laptop is made; it acts as you until 2027-02-18.\nIn a terminal, set it as ACUOPS_TOKEN, and ACUOPS_URL to the desk's address. /acuops token revoke laptop ends it.",
    );
  });

  it('is not offered in a terminal, which cannot make one', async () => {
    const there = { as: 'operator', place: terminal, via: 'socket' } as const;
    expect(toText(await testDoor.ask('token', there))).toBe(
      'You have no tokens. In Slack, "/acuops token create laptop" makes one.',
    );
    expect(expectRefusal(await testDoor.ask('token create laptop', there)).say).toContain(
      'there, type "/acuops token create laptop".',
    );
  });

  it('is revoked by its maker alone, one or all', async () => {
    const [own, other, foreign] = [
      await create(),
      await create('operator', 'token create desk'),
      await create('admin'),
    ];
    expectAnswer(await testDoor.ask('token revoke laptop', { as: 'operator' }));
    expect([await findOwner(own), await findOwner(other), await findOwner(foreign)]).toEqual([
      null,
      people.operator,
      people.admin,
    ]);
    await create('operator', 'token create third');
    expect(toText(await testDoor.ask('token revoke --all', { as: 'operator' }))).toBe(
      'Revoked 2 tokens; whatever uses them is locked out now.',
    );
    expect([await findOwner(other), await findOwner(foreign)]).toEqual([null, people.admin]);
    expect(expectRefusal(await testDoor.ask('token revoke --all', { as: 'operator' })).reason).toBe(
      'not-found',
    );
  });

  it('ends with its days', async () => {
    const token = await create('operator', 'token create laptop --days 1');
    testDoor.pass(86_400_000 - 1);
    expect(await findOwner(token)).toEqual(people.operator);
    testDoor.pass(1);
    expect(await findOwner(token)).toBeNull();
    expect(toText(await testDoor.ask('token', { as: 'operator' }))).toContain('You have no tokens');
  });

  describe('of somebody else', () => {
    const there = { place: terminal, via: 'socket' } as const;

    it('is seen and revoked by an admin, who stands in the record with its owner', async () => {
      const [laptop, other, foreign] = [
        await create(),
        await create('operator', 'token create desk'),
        await create('viewer'),
      ];
      const list = await testDoor.ask('token list <@U0OPERATOR|dana>');
      expect(toText(list)).toMatch(
        /^Tokens of @U0OPERATOR:\n• laptop until [-\d]+, never used\n• desk until/u,
      );
      const revoked = await testDoor.ask('token revoke laptop <@U0OPERATOR>');
      expect(toText(revoked)).toBe('Revoked one token of @U0OPERATOR; whatever uses it is locked out now.');
      expect([await findOwner(laptop), await findOwner(other)]).toEqual([null, people.operator]);
      expect(toText(await testDoor.ask('token revoke --all T0DESK:U0OPERATOR', there))).toContain(
        'Revoked one token of T0DESK:U0OPERATOR;',
      );
      expect([await findOwner(other), await findOwner(foreign)]).toEqual([null, people.viewer]);
      expect((await testDoor.readAuditRows()).slice(0, 3)).toMatchObject([
        { actor: 'T0DESK:U0ADMIN', detail: { changed: { owner: 'T0DESK:U0OPERATOR', tokens: 1 } } },
        { detail: { changed: { action: 'revoked', owner: 'T0DESK:U0OPERATOR', label: 'laptop' } } },
        { detail: { changed: { owner: 'T0DESK:U0OPERATOR' } } },
      ]);
      expect(toText(await testDoor.ask('token list T0DESK:U0OPERATOR', there))).toBe(
        'T0DESK:U0OPERATOR has no tokens.',
      );
      expect(expectRefusal(await testDoor.ask('token revoke --all <@U0OPERATOR>'))).toMatchObject({
        reason: 'not-found',
        say: '<@U0OPERATOR> has no such token. `/acuops token list T0DESK:U0OPERATOR` shows theirs.',
      });
    });

    it.each<Person>(['viewer', 'operator', 'approver'])('is no business of a %s', async (as) => {
      const token = await create('admin');
      for (const [line, what] of [
        ['token list <@U0ADMIN>', 'token list @U0ADMIN'],
        ['token revoke laptop T0DESK:U0ADMIN', 'token revoke laptop T0DESK:U0ADMIN'],
        ['token revoke --all <@U0ADMIN|marco>', 'token revoke @U0ADMIN'],
      ] as const) {
        const receipt = await testDoor.ask(line, { as });
        expect(expectRefusal(receipt).reason).toBe('denied');
        expect(toText(receipt)).toContain(`Your role does not include ${what}, so nothing was done.`);
      }
      expect(await findOwner(token)).toEqual(people.admin);
      const rows = await testDoor.readAuditRows();
      expect(rows.filter(({ event }) => event === 'denied')).toHaveLength(3);
    });

    it('asks Slack anew who is an admin', async () => {
      const fresh: (string | null)[] = [];
      const { access } = testDoor;
      const read = access.readAccess;
      Object.assign(access, {
        readAccess: (...[actor, place, how]: Parameters<typeof read>) => {
          fresh.push(how?.freshFor ?? null);
          return read(actor, place, how);
        },
      });
      await testDoor.ask('token list');
      await testDoor.ask('token list <@U0OPERATOR>');
      expect(fresh).toEqual([null, 'administer']);
    });

    it('means the person whose bare member id was pasted, never whoever asks', async () => {
      const [own, theirs] = [await create('admin'), await create()];
      expect(toText(await testDoor.ask('token list U0OPERATOR'))).toContain('Tokens of @U0OPERATOR:');
      const receipt = await testDoor.ask('token revoke --all U0OPERATOR');
      expect(toText(receipt)).toContain('Revoked one token of @U0OPERATOR');
      expect([await findOwner(own), await findOwner(theirs)]).toEqual([people.admin, null]);
      expect(expectRefusal(await testDoor.ask('token revoke --all U0OPERATOR', there)).say).toContain(
        '`who` must be ids',
      );
      expect(await findOwner(own)).toEqual(people.admin);
      // Where a label may stand, it is one.
      await create('operator', 'token create UBUNTU22');
      expectAnswer(await testDoor.ask('token revoke UBUNTU22', { as: 'operator' }));
    });

    it.each([
      ['token revoke laptop --all', 'Nothing is revoked: `--all` goes without a label'],
      ['token revoke --all dana', '`dana` names no person. A person must be a mention'],
      ['token revoke laptop <@U0OPERATOR> --all', '`--all` goes without a label'],
      ['token list --all', '`--all` goes with revoke.'],
      ['token create desk --all', '`--all` goes with revoke.'],
    ])('%s revokes nothing', async (line, say) => {
      const [own, theirs] = [await create('admin'), await create()];
      expect(expectRefusal(await testDoor.ask(line))).toMatchObject({
        reason: 'usage',
        say: expect.stringContaining(say) as string,
      });
      expect([await findOwner(own), await findOwner(theirs)]).toEqual([people.admin, people.operator]);
    });

    it('is not made, and nobody is named by a name', async () => {
      for (const [line, say] of [
        ['token create laptop <@U0OPERATOR>', 'made by its owner alone'],
        ['token list dana', '`who` must be a mention of a person, or ids'],
        ['token revoke laptop @dana', '`who` must be a mention of a person, or ids'],
        ['token revoke <@U0OPERATOR>', 'Say which one, or `--all`'],
      ] as const)
        expect(expectRefusal(await testDoor.ask(line))).toMatchObject({
          reason: 'usage',
          say: expect.stringContaining(say) as string,
        });
      expect(expectRefusal(await testDoor.ask('token list <@U0OPERATOR>', there)).say).toContain(
        '`who` must be ids',
      );
    });
  });

  it.each([
    ['token create', 'usage', 'Give it a name'],
    ['token create "my laptop"', 'usage', 'letters, digits'],
    ['token create laptop --days 366', 'usage', '1 to 365'],
    ['token create laptop --days soon', 'usage', 'whole number'],
    ['token revoke', 'usage', '--all'],
    ['token steal', 'usage', 'must be create, list or revoke'],
  ])('refuses %s', async (line, reason, part) => {
    const receipt = await testDoor.ask(line);
    expect(expectRefusal(receipt).reason).toBe(reason);
    expect(toText(receipt)).toContain(part);
  });

  it('is not made from a terminal: a stolen one must not make another', async () => {
    for (const via of ['http', 'socket'] as const)
      expect(expectRefusal(await testDoor.ask('token create laptop', { via, place: terminal })).reason).toBe(
        'slack-only',
      );
  });
});
