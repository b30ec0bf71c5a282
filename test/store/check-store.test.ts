/** Checks and clocks on a real database: written one after another, whoever else checks the same clients, and once for each operation. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createId } from '../../src/runtime/ids.ts';
import { toDb } from '../../src/store/database.ts';
import {
  claimTarget,
  readChecks,
  readClaims,
  readObservations,
  type StoredCheck,
  updateChecks,
} from '../../src/store/health-store.ts';
import { toTestClient, writeTestClients } from '../support/desk-clients.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
let target: string;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await desk.clear();
  target = (await writeTestClients(desk.database, [toTestClient('heritage')]))['heritage'] ?? '';
});

const at = new Date('2026-11-20T08:00:00Z');
const by = { team: 'T1', user: 'U1' };
const toCheck = (seen: string, since: Date | null = null): StoredCheck => ({
  targetId: target,
  state: 'fail',
  body: null,
  observations: [
    { targetId: target, criterion: 'api', subject: 'production', body: seen, since, observedAt: at },
  ],
});
const update = (
  operationId: string,
  judge: (seen: readonly unknown[]) => StoredCheck,
  meanwhile: Promise<unknown> = Promise.resolve(),
) =>
  desk.database.transact(async (tx) => {
    await updateChecks(toDb(tx), operationId, [target], at, (stored) => [
      judge(stored.map(({ body }) => body)),
    ]);
    await meanwhile;
  });
const readSeen = async () => (await readObservations(desk.database.db, [target])).map(({ body }) => body);

/** Until somebody waits for the lock of those who check. */
const untilSomebodyWaits = async (): Promise<void> => {
  for (;;) {
    const { rows } = await sql`select 1 from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and not l.granted and d.datname = current_database()`.execute(
      desk.database.db,
    );
    if (rows.length > 0) return;
  }
};

describe('a check', () => {
  it('is judged by what the one before it wrote, even where both began at once', async () => {
    const handed: unknown[] = [];
    let end = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    let begun = (): void => undefined;
    const judging = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = update(
      createId(),
      () => {
        begun();
        return toCheck('first');
      },
      held,
    );
    await judging;
    const second = update(createId(), (seen) => {
      handed.push(...seen);
      return toCheck('second');
    });
    await untilSomebodyWaits();
    end();
    await Promise.all([first, second]);
    expect(handed).toEqual(['first']);
    expect(await readSeen()).toEqual(['second']);
  });

  it('that is written again changes nothing: neither clocks nor who is on it', async () => {
    const once = createId();
    await update(once, () => toCheck('once'));
    await update(createId(), () => toCheck('later', at));
    await desk.database.transact((tx) => claimTarget(tx, target, by, at));
    await update(once, () => toCheck('once'));
    expect(await readSeen()).toEqual(['later']);
    expect(await readClaims(desk.database.db, { kind: 'all' })).toHaveLength(1);
    expect(await desk.database.transact((tx) => readChecks(tx, target, 9))).toHaveLength(2);
  });

  it('that ends the last clock takes whoever was on it off it', async () => {
    await update(createId(), () => toCheck('failing', at));
    await desk.database.transact((tx) => claimTarget(tx, target, by, at));
    await update(createId(), () => toCheck('well'));
    expect(await readClaims(desk.database.db, { kind: 'all' })).toEqual([]);
  });
});
