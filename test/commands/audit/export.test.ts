/** `audit export` through the real door and store: which rows, how many, where the rest is, and that nothing of it is kept. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/operations/request.ts';
import { readRowFile } from '../../../src/operations/row-file.ts';
import { sealAudit } from '../../../src/store/audit-store.ts';
import { toText } from '../../support/answer-text.ts';
import { expectAnswer, opsChannel, terminal } from '../../support/door.ts';
import { type AuditDesk, openAuditDesk } from './open-audit-desk.ts';

let redactedInTurn = 0;
let mostInTurn = 0;
/** Counts how much is done before anything else has its turn. */
const redact = (text: string): string => {
  redactedInTurn += 1;
  mostInTurn = Math.max(mostInTurn, redactedInTurn);
  return text.replaceAll('hunter22', '•••');
};

let desk: AuditDesk;
beforeAll(async () => {
  desk = await openAuditDesk(redact);
});
afterAll(() => desk.drop());
beforeEach(() => desk.reset());

describe('audit export', () => {
  const there = { place: terminal, via: 'socket' } as const;
  const fileOf = async (line: string) => {
    const answer = expectAnswer(await desk.door.ask(line, there));
    return (answer.message.file?.content ?? '')
      .split('\n')
      .map((row) => JSON.parse(row) as { at: string; position: number; actor: string });
  };
  const addRows = async (count: number) => {
    await sql`insert into audit_rows (id, at, actor, place, via, event, verb, detail)
      select ('0' || lpad(to_hex(n), 7, '0') || '-0000-7000-8000-000000000000')::uuid, '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 minute', 'T0DESK:U0BUSY', 'T0DESK:C0OPS', 'slack', 'asked', 'note', '{"input": {"who": "hunter22"}}'
      from generate_series(1, ${count}::int) n`.execute(desk.database.db);
    await sealAudit(desk.database, count);
  };

  it('says how many and which, gives them in a terminal, and keeps neither file nor rows', async () => {
    await sealAudit(desk.database);
    const receipt = await desk.door.ask('audit export', { ...there, key: 'same' });
    expect(toText(receipt)).toMatch(
      /^3 rows of the record as JSON lines, newest first: rows 3 to 1, 2026-11-20 08:00 UTC to 2026-11-21 08:00 UTC\.\nNo older row fits\./u,
    );
    const { message, data } = expectAnswer(receipt);
    expect(message.file?.content.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(
      (data as { rows: unknown }).rows,
    );
    expect(data).toMatchObject({
      count: 3,
      next: null,
      rows: [{ position: 3 }, { position: 2 }, { position: 1 }],
    });
    const { result } = await desk.database.db
      .selectFrom('operations')
      .select('result')
      .where('verb', '=', 'audit')
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(result)).not.toContain('U0OPERATOR');
    expect((await desk.door.readAuditRows())[0]?.detail).toMatchObject({
      changed: { rows: 3, newest: 3, oldest: 1 },
    });
    // The same delivery later gives the same rows, whatever came after.
    await desk.door.ask('note heritage four');
    await sealAudit(desk.database);
    expect(expectAnswer(await desk.door.ask('audit export', { ...there, key: 'same' }))).toEqual({
      kind: 'answer',
      message,
      data,
      exit: 0,
      file: expect.anything() as unknown,
    });
  });

  it('says what is not sealed yet, and that nothing fits', async () => {
    expect(toText(await desk.door.ask('audit export'))).toBe(
      'Nothing in the record fits.\n3 newer rows are not sealed yet, so not in it: ask again in a moment.',
    );
    await sealAudit(desk.database);
    expect(await fileOf('audit export --by T0DESK:U0APPROVER')).toMatchObject([
      { actor: 'T0DESK:U0APPROVER' },
    ]);
    expect(await fileOf('audit export --until 2026-11-20')).toMatchObject([{ actor: 'T0DESK:U0OPERATOR' }]);
    expect(toText(await desk.door.ask('audit export --event joined', there))).toContain(
      'Nothing in the record fits.',
    );
  });

  it('gives more than a file holds in parts, the oldest row too, and stalls nobody', async () => {
    await sealAudit(desk.database);
    await addRows(12_000);
    const turns = setInterval(() => {
      redactedInTurn = 0;
    }, 0);
    const line = 'audit export --by T0DESK:U0BUSY --verb note --event asked';
    const receipt = await desk.door.ask(line, there);
    expect(toText(receipt)).toContain(
      '10000 rows of the record as JSON lines, newest first: rows 12003 to 2004,',
    );
    const next = /Older ones fit too\. The next part: \/acuops (.*)/u.exec(toText(receipt))?.[1] ?? '';
    expect(next).toBe('audit export --before 2004 --by T0DESK:U0BUSY --verb note --event asked');
    const { rows } = expectAnswer(receipt).data as { rows: readonly { at: string }[] };
    const older = await fileOf(next);
    clearInterval(turns);
    expect([rows.length, older.length]).toEqual([10_000, 2_000]);
    expect(new Set([...rows, ...older].map(({ at }) => at)).size).toBe(12_000);
    expect(older.at(-1)?.at).toBe('2026-01-01T00:01:00.000Z');
    expect(JSON.stringify(rows)).not.toContain('hunter22');
    // Nine texts a row.
    expect(mostInTurn).toBeLessThan(20 * 250);
  });

  it('in a channel of a client holds the rows of that client alone', async () => {
    await sealAudit(desk.database);
    desk.door.setAudience('C0CLIENT', { kind: 'shared', targetIds: [desk.ids['bayline'] ?? ''] });
    const receipt = await desk.door.ask('audit export', { place: { ...opsChannel, channel: 'C0CLIENT' } });
    expect(receipt).toMatchObject({ where: 'direct' });
    expect(toText(receipt)).toContain('2 rows of the record');
    const { operation } = receipt as Extract<Receipt, { kind: 'answered' }>;
    const found = await readRowFile(desk.door.commands.find('audit'), operation);
    expect(found?.rows).toMatchObject([{ client: 'bayline' }, { client: 'bayline' }]);
    expect(found?.file.name).toMatch(/^audit-.*\.jsonl$/u);
  });
});
