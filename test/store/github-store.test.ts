import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase, toDb } from '../../src/store/database.ts';
import { changeLedger, type StoredLedger } from '../../src/store/github-store.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let own: DeskDatabase;
let other: Database;
beforeAll(async () => {
  own = await createDeskDatabase();
  other = openDatabase({ url: own.url, max: 5, log: () => undefined });
});
afterEach(() => own.clear());
afterAll(async () => {
  await other.close();
  await own.drop();
});

const change = <T>(
  database: Database,
  account: string,
  by: (ledger: StoredLedger) => { readonly ledger: StoredLedger; readonly answer: T },
): Promise<T> => database.untied((tx) => changeLedger(toDb(tx), account, by));
const add = (database: Database, id: string) =>
  change(database, 'token', (ledger) => ({
    ledger: { ...ledger, blocks: [...ledger.blocks, { id, points: 1, lastAt: 5 }] },
    answer: ledger.blocks.length,
  }));
const read = (account: string) => change(other, account, (ledger) => ({ ledger, answer: ledger }));

describe("an account's ledger", () => {
  it('is empty at first, and is read as it was written, each account for itself', async () => {
    expect(await read('token')).toEqual({ blocks: [], blockedUntil: 0 });
    const ledger = {
      blocks: [{ id: 'a', points: 50, lastAt: 1_700_000_000_123 }],
      blockedUntil: 1_700_000_000_456,
    };
    await change(own.database, 'token', () => ({ ledger, answer: null }));
    expect(await read('token')).toEqual(ledger);
    expect(await read('app')).toEqual({ blocks: [], blockedUntil: 0 });
  });

  it('loses nothing where several write at the same moment, also the first time', async () => {
    const before = await Promise.all(
      Array.from({ length: 12 }, (_, index) => add(index % 2 === 0 ? own.database : other, `b${index}`)),
    );
    // Each saw what all before it had written.
    expect(before.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect((await read('token')).blocks).toHaveLength(12);
  });

  it('that is not changed is not written', async () => {
    await add(own.database, 'a');
    await read('token');
    const row = await own.database.db
      .selectFrom('github_budgets')
      .select('version')
      .executeTakeFirstOrThrow();
    expect(row.version).toBe(1);
  });
});
