/** The sealed record on a real database: sealed whole under concurrency, and whatever was done to it afterwards is found and named. */

import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/operations/audit.ts';
import type { Json } from '../../src/operations/json.ts';
import { everything } from '../../src/operations/scope.ts';
import { readAudit, readAuditHead, readSealed, sealAudit } from '../../src/store/audit-store.ts';
import { appendAudit } from '../../src/store/request-store.ts';
import { clearSpine } from '../operations/spine.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { opsChannel, people } from '../support/door.ts';

let desk: DeskDatabase;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(() => clearSpine(desk));

const at = new Date('2026-11-20T08:00:00.123Z');
const append = (detail: Json = {}, given: { deliveryKey?: string; targetId?: string } = {}) =>
  desk.database.transact((tx) =>
    appendAudit(
      tx,
      {
        actor: people.admin,
        place: opsChannel,
        via: 'slack',
        event: 'asked',
        verb: 'work',
        operationId: null,
        targetId: given.targetId ?? null,
        detail,
        deliveryKey: given.deliveryKey,
      },
      at,
    ),
  );
const verify = () => desk.database.transact((tx) => verifyChain(readSealed(tx)));
const head = () => desk.database.transact(readAuditHead);
/** What nobody may do, done by somebody who owns the database. */
const tamper = async (statement: string): Promise<void> => {
  await sql
    .raw(
      `alter table audit_rows disable trigger all; ${statement}; alter table audit_rows enable trigger all`,
    )
    .execute(desk.database.db);
};
const sealMany = async (count: number): Promise<void> => {
  for (let row = 0; row < count; row += 1) await append({ row });
  await sealAudit(desk.database);
};

describe('sealing', () => {
  it('by three sealers while rows come in leaves one whole chain', async () => {
    const writing = { on: true };
    const writers = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let row = 0; row < 40; row += 1) await append({ row });
      }),
    ).then(() => {
      writing.on = false;
    });
    const sealers = Array.from({ length: 3 }, async () => {
      let sealed = 0;
      while (writing.on) sealed += await sealAudit(desk.database, 7);
      return sealed;
    });
    await writers;
    const during = (await Promise.all(sealers)).reduce((sum, count) => sum + count, 0);
    let after = 0;
    for (let more = await sealAudit(desk.database); more > 0; more = await sealAudit(desk.database))
      after += more;
    expect(during + after).toBe(160);
    expect(await verify()).toMatchObject({ kind: 'whole', count: 160 });
    expect(await head()).toMatchObject({ position: 160, unsealed: 0 });
  }, 30_000);

  it('counts what waits to be sealed', async () => {
    await sealMany(2);
    await append();
    expect(await head()).toMatchObject({ position: 2, unsealed: 1 });
    expect(await verify()).toMatchObject({ kind: 'whole', count: 2 });
  });
});

describe('verifying', () => {
  it.each([
    ['detail', `detail = '{"row": 99}'`],
    ['actor', `actor = 'T0DESK:U0SOMEBODY'`],
    ['time', `at = at + interval '1 second'`],
    ['target', `target_id = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001'`],
    ['hash', `hash = repeat('0', 64)`],
  ])('names the row whose %s was changed', async (_, change) => {
    await sealMany(5);
    const rows = await desk.database.transact((tx) => readAudit(tx, everything, { limit: 10 }));
    await tamper(`update audit_rows set ${change} where position = 3`);
    expect(await verify()).toEqual({
      kind: 'broken',
      position: 3,
      rowId: rows.find(({ position }) => position === 3)?.id,
      why: 'changed',
    });
  });

  it('names the place of a row that was taken out', async () => {
    await sealMany(5);
    await tamper('delete from audit_rows where position = 3');
    expect(await verify()).toEqual({ kind: 'broken', position: 3, rowId: null, why: 'missing' });
  });

  it('finds a gap that was closed up again', async () => {
    await sealMany(5);
    await tamper(
      'delete from audit_rows where position = 3; update audit_rows set position = 3 where position = 4; update audit_rows set position = 4 where position = 5',
    );
    expect(await verify()).toMatchObject({ kind: 'broken', position: 3, why: 'changed' });
  });

  it('names the first of two rows that changed places', async () => {
    await sealMany(5);
    await tamper(
      'update audit_rows set position = -1 where position = 2; update audit_rows set position = 2 where position = 4; update audit_rows set position = 4 where position = -1',
    );
    expect(await verify()).toMatchObject({ kind: 'broken', position: 2, why: 'changed' });
  });

  it('shows a cut tail against a head that was kept', async () => {
    await sealMany(5);
    const kept = await head();
    await tamper('delete from audit_rows where position > 3');
    const verdict = await verify();
    expect(verdict).toMatchObject({ kind: 'whole', count: 3 });
    expect((await head()).position).toBeLessThan(kept.position);
    // And rows that are sealed after the cut do not bring the old head back.
    await sealMany(2);
    expect(await head()).toMatchObject({ position: kept.position });
    expect((await head()).hash).not.toBe(kept.hash);
  });
});

describe('the table', () => {
  it.each([
    ['a sealed row is changed', "update audit_rows set detail = '{}' where position = 1"],
    ['a sealed row loses its seal', 'update audit_rows set position = null, hash = null where position = 1'],
    ['a sealed row is deleted', 'delete from audit_rows where position = 1'],
    ['an unsealed row is deleted', 'delete from audit_rows where position is null'],
    ['an unsealed row is changed', 'update audit_rows set detail = \'{"row": 9}\' where position is null'],
    ['all are emptied', 'truncate audit_rows'],
  ])('refuses when %s', async (_, statement) => {
    await sealMany(1);
    await append();
    await expect(sql.raw(statement).execute(desk.database.db)).rejects.toThrow(/audit row/u);
  });

  it('takes one row of a delivery', async () => {
    await append({}, { deliveryKey: 'once' });
    await expect(append({}, { deliveryKey: 'once' })).rejects.toThrow(/was written by another/u);
    await append();
    await append();
  });
});

describe('what is sealed', () => {
  it('is read back as it was sealed, whatever JSON it holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1, maxLength: 4 }),
        async (details) => {
          for (const detail of details) await append(detail as Json);
          await sealAudit(desk.database);
          expect((await verify()).kind).toBe('whole');
        },
      ),
      { numRuns: 40 },
    );
  }, 30_000);

  it('takes text that Postgres would refuse', async () => {
    await append({ note: 'a\u0000b\ud800', 'k\u0000ey': ['\udfff'] });
    const [row] = await desk.database.transact((tx) => readAudit(tx, everything, { limit: 1 }));
    expect(row?.detail).toEqual({ note: 'ab\ufffd', key: ['\ufffd'] });
  });
});

describe('reading', () => {
  it('shows rows of the scope only, and rows of no target to nobody but those who see all', async () => {
    const mine = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001';
    await append({ of: 'mine' }, { targetId: mine });
    await append({ of: 'theirs' }, { targetId: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0002' });
    await append({ of: 'nobody' });
    const read = (targetIds: readonly string[]) =>
      desk.database.transact((tx) => readAudit(tx, { kind: 'only', targetIds }, { limit: 10 }));
    expect((await read([mine])).map(({ detail }) => detail)).toEqual([{ of: 'mine' }]);
    expect(await read([])).toEqual([]);
  });
});
