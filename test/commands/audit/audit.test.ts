/** `audit` through the real door and store: filters, and a chain that tells of every change. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sealAudit } from '../../../src/store/audit-store.ts';
import { toDb } from '../../../src/store/database.ts';
import { readHashAt } from '../../../src/store/upkeep-store.ts';
import { toText } from '../../support/answer-text.ts';
import { expectAnswer, expectRefusal, opsChannel, type Person, terminal } from '../../support/door.ts';
import { type AuditDesk, openAuditDesk } from './open-audit-desk.ts';

let desk: AuditDesk;
beforeAll(async () => {
  desk = await openAuditDesk();
});
afterAll(() => desk.drop());
beforeEach(() => desk.reset());

const readRows = async (line: string, place = opsChannel) => {
  const data = expectAnswer(await desk.door.ask(line, { place })).data as readonly {
    actor: string;
    event: string;
  }[];
  return data.map(({ actor, event }) => `${actor.slice(7)} ${event}`).toSorted();
};

describe('audit', () => {
  it.each<Person>(['viewer', 'operator', 'approver', 'contact', 'outsider'])(
    'refuses a %s and writes that down',
    async (as) => {
      for (const line of ['audit', 'audit verify', 'audit export'])
        expect(expectRefusal(await desk.door.ask(line, { as })).reason).toBe('denied');
      const rows = await desk.door.readAuditRows();
      expect(rows.filter(({ event, verb }) => event === 'denied' && verb === 'audit')).toHaveLength(3);
    },
  );

  it.each([
    ['audit', ['U0APPROVER answered', 'U0OPERATOR answered', 'U0VIEWER denied']],
    ['audit --client heritage', ['U0OPERATOR answered']],
    ['audit --by T0DESK:U0APPROVER', ['U0APPROVER answered']],
    ['audit --by <@U0APPROVER|ann>', ['U0APPROVER answered']],
    ['audit --event denied', ['U0VIEWER denied']],
    ['audit --verb note --since 2026-11-21', ['U0APPROVER answered', 'U0VIEWER denied']],
    ['audit --until 2026-11-20', ['U0OPERATOR answered']],
    ['audit --since 2026-11-20 --until 2026-11-20', ['U0OPERATOR answered']],
    ['audit --verb N', ['U0APPROVER answered', 'U0OPERATOR answered', 'U0VIEWER denied']],
    ['audit --verb audit', []],
    ['audit --by desk:schedule', []],
    ['audit --by desk:start', []],
    ['audit --by local:ops', []],
  ])('%s', async (line, expected) => {
    expect(await readRows(line)).toEqual(expected);
  });

  it('shows of one client where that client reads, and of no other even when asked', async () => {
    const place = { ...opsChannel, channel: 'C0CLIENT' };
    desk.door.setAudience('C0CLIENT', { kind: 'shared', targetIds: [desk.ids['bayline'] ?? ''] });
    expect(await readRows('audit', place)).toEqual(['U0APPROVER answered', 'U0VIEWER denied']);
    expect(await readRows('audit --client heritage', place)).toEqual([]);
  });

  it('says of each row which client, and what came of it', async () => {
    const text = toText(await desk.door.ask('audit'));
    expect(text.split('\n').map((line) => line.replace(/^• \S+ \S+ UTC /u, ''))).toEqual([
      '3 in the record:',
      '@U0VIEWER note Bayline Ltd: denied (text three): not in the role',
      '@U0APPROVER note Bayline Ltd: noted two',
      '@U0OPERATOR note Heritage Ltd: noted one',
      expect.stringContaining('audit export gives rows as a file') as string,
    ]);
  });

  it('names people in a terminal as --by takes them there', async () => {
    const there = { place: terminal, via: 'socket' } as const;
    const named = / UTC (\S+) note/u.exec(toText(await desk.door.ask('audit --event denied', there)))?.[1];
    expect(named).toBe('T0DESK:U0VIEWER');
    expect(toText(await desk.door.ask(`audit --by ${named ?? ''}`, there))).toContain('1 in the record:');
  });

  it('shows twenty long rows whole', async () => {
    for (let at = 0; at < 25; at += 1) await desk.door.ask(`note heritage ${'long word '.repeat(30)}${at}`);
    const text = toText(await desk.door.ask('audit'));
    expect(text).toContain('The newest 20; there are more:');
    expect(text.match(/• /gu)).toHaveLength(20);
    expect(text).not.toContain('more lines');
  });

  it.each([
    ['audit --client nobody', 'not-found', 'no client `nobody`'],
    ['audit --client heritag', 'not-found', 'Did you mean `heritage`'],
    ['audit --since yesterday', 'usage', 'must be a day such as'],
    ['audit --until 2026-11-31', 'usage', 'must be a day such as'],
    ['audit --since 2026-11-02 --until 2026-11-01', 'usage', 'must not lie before --since'],
    ['audit --before first', 'usage', 'must be the number of a row'],
    ['audit --by dana', 'usage', '`--by` must be a mention of a person, or ids: `T…:U…`.'],
    ['audit --by T0DESK:dana', 'usage', '`--by` must be'],
    ['audit export --by @dana', 'usage', '`--by` must be'],
    ['audit --verb nota', 'unknown-verb', 'There is no command `nota`. Did you mean `note`?'],
    [
      'audit --event denyed',
      'usage',
      'must be one of asked, answered, joined, refused, denied, finished, imported. Did you mean `denied`?',
    ],
    ['audit burn', 'usage', 'must be show, verify or export'],
  ])('refuses %s', async (line, reason, part) => {
    const { reason: why, say } = expectRefusal(await desk.door.ask(line));
    expect([why, say]).toEqual([reason, expect.stringContaining(part)]);
  });

  it('wants ids in a terminal, which knows no mentions', async () => {
    const { say } = expectRefusal(
      await desk.door.ask('audit --by <@U0VIEWER>', { place: terminal, via: 'socket' }),
    );
    expect(say).toContain('`--by` must be ids: `T…:U…`. A terminal does not know names');
  });
});

describe('audit verify', () => {
  const verify = async () => expectAnswer(await desk.door.ask('audit verify'));
  /** As somebody with the database's own password would. */
  const tamper = (statement: string) =>
    desk.database.db.transaction().execute(async (trx) => {
      await sql`set local session_replication_role = replica`.execute(trx);
      await sql.raw(statement).execute(trx);
    });

  it('is whole, and counts what is not sealed yet', async () => {
    expect(await sealAudit(desk.database)).toBe(3);
    expect(await verify()).toMatchObject({ exit: 0, data: { kind: 'whole', count: 3, unsealed: 0 } });
    expect(await verify()).toMatchObject({ data: { count: 3, unsealed: 1 } });
    expect(await sealAudit(desk.database)).toBe(2);
    expect(await verify()).toMatchObject({ exit: 0, data: { count: 5 } });
  });

  it('says where the head is posted, and what the last card there must say', async () => {
    await sealAudit(desk.database);
    expect(toText(await desk.door.ask('audit verify'))).toMatch(
      /posted to the ops channel, #C0OPS, every morning, for the first time/u,
    );
    const hash = (await desk.database.transact((tx) => readHashAt(toDb(tx), 2))) ?? '';
    desk.posted = { position: 2, hash };
    expect(toText(await desk.door.ask('audit verify'))).toContain(
      `posted to the ops channel, #C0OPS, every morning: compare with the last card there, which must say row 2, ${hash.slice(0, 12)}.`,
    );
  });

  it('is not whole where what was posted is gone from the record', async () => {
    await sealAudit(desk.database);
    desk.posted = { position: 9, hash: 'ab'.repeat(32) };
    expect(await verify()).toMatchObject({ exit: 1, data: { posted: { position: 9, now: null } } });
    expect(toText(await desk.door.ask('audit verify'))).toContain(
      'row 9, posted last time, is not what it was',
    );
  });

  it.each([
    [
      'a changed person',
      `update audit_rows set actor = 'T0DESK:U0SOMEBODY' where position = 2`,
      2,
      'changed',
    ],
    [
      'changed words',
      `update audit_rows set detail = detail || '{"more": 1}' where position = 1`,
      1,
      'changed',
    ],
    ['a changed moment', `update audit_rows set at = at + interval '1 ms' where position = 3`, 3, 'changed'],
    ['a row taken out', 'delete from audit_rows where position = 2', 2, 'missing'],
    [
      'two rows exchanged',
      'update audit_rows set position = -position where position < 3; update audit_rows set position = 3 + position where position < 0',
      1,
      'changed',
    ],
  ])('names the first broken row: %s', async (_what, statement, position, why) => {
    await sealAudit(desk.database);
    await tamper(statement);
    const answer = await verify();
    expect(answer).toMatchObject({ exit: 1, data: { kind: 'broken', position, why } });
    expect(answer.message.text).toContain(`broken* at row ${position}`);
    // Whoever may ask is an admin.
    expect(JSON.stringify(answer.message)).not.toContain('tell an admin');
  });

  it.each(['--client heritage', '--by desk:start', '--since 2026-11-20', '--before 2'])(
    'looks at everything, so %s is refused',
    async (filter) => {
      const refusal = expectRefusal(await desk.door.ask(`audit verify ${filter}`));
      expect(refusal).toMatchObject({ reason: 'usage', say: expect.stringContaining('no option') as string });
    },
  );

  it('cannot be changed by an ordinary statement at all', async () => {
    await sealAudit(desk.database);
    const { db } = desk.database;
    await expect(
      db.updateTable('audit_rows').set({ actor: 'me' }).where('position', '=', '1').execute(),
    ).rejects.toThrow('is sealed');
    await expect(db.deleteFrom('audit_rows').execute()).rejects.toThrow('never deleted');
    expect(toText(await desk.door.ask('audit verify'))).toContain('whole: 3 rows');
  });
});
