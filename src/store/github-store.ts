/** GitHub's answers as cached, and what all processes spend of its accounts. */
import { createTakenError } from '../errors.ts';
import { type Db, toJsonText, translate } from './database.ts';

export interface StoredAnswer {
  readonly key: string;
  readonly etag: string | null;
  readonly fetchedAt: Date;
  readonly status: number;
  readonly body: unknown;
}

export const readAnswers = async (db: Db, keys: readonly string[]): Promise<Map<string, StoredAnswer>> =>
  translate(async () => {
    if (keys.length === 0) return new Map();
    const rows = await db
      .selectFrom('github_answers')
      .selectAll()
      .where('key', 'in', [...keys])
      .execute();
    return new Map(
      rows.map((row) => [
        row.key,
        { key: row.key, etag: row.etag, fetchedAt: row.fetched_at, status: row.status, body: row.body },
      ]),
    );
  });

/** A slower reader never puts an older answer over a newer one. */
export const writeAnswers = async (db: Db, answers: readonly StoredAnswer[]): Promise<void> => {
  if (answers.length === 0) return;
  // One row per key, sorted, so that two writers never wait for each other in a circle.
  const newest = [...new Map(answers.map((answer) => [answer.key, answer])).values()].toSorted((a, b) =>
    a.key < b.key ? -1 : 1,
  );
  await translate(() =>
    db
      .insertInto('github_answers')
      .values(
        newest.map((answer) => ({
          key: answer.key,
          etag: answer.etag,
          status: answer.status,
          body: toJsonText(answer.body),
          fetched_at: answer.fetchedAt,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet((row) => ({
            etag: row.ref('excluded.etag'),
            status: row.ref('excluded.status'),
            body: row.ref('excluded.body'),
            fetched_at: row.ref('excluded.fetched_at'),
          }))
          .whereRef('github_answers.fetched_at', '<=', 'excluded.fetched_at'),
      )
      .execute(),
  );
};

export interface StoredLedger {
  readonly blocks: readonly { readonly id: string; readonly points: number; readonly lastAt: number }[];
  /** In ms; 0: not blocked. */
  readonly blockedUntil: number;
}

const writeLedger = async (
  db: Db,
  account: string,
  version: number | null,
  { blocks, blockedUntil }: StoredLedger,
): Promise<boolean> => {
  const values = { blocks: toJsonText(blocks), blocked_until: new Date(blockedUntil) };
  if (version === null) {
    const inserted = await db
      .insertInto('github_budgets')
      .values({ account, version: 1, ...values })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return inserted.numInsertedOrUpdatedRows === 1n;
  }
  const updated = await db
    .updateTable('github_budgets')
    .set({ version: version + 1, ...values })
    .where('account', '=', account)
    .where('version', '=', version)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
};

/** Each time one of all who try gets through, so this many may come at the same moment. */
const mostTries = 50;

/** Reads and writes without holding a lock in between, and again where another process wrote first. @throws AcuopsError `taken` where that never ends */
export const changeLedger = async <T>(
  db: Db,
  account: string,
  change: (ledger: StoredLedger) => { readonly ledger: StoredLedger; readonly answer: T },
): Promise<T> =>
  translate(async () => {
    for (let time = 1; time <= mostTries; time += 1) {
      const row = await db
        .selectFrom('github_budgets')
        .selectAll()
        .where('account', '=', account)
        .executeTakeFirst();
      const known: StoredLedger = {
        // Written below from this very type.
        blocks: (row?.blocks ?? []) as unknown as StoredLedger['blocks'],
        blockedUntil: row?.blocked_until.getTime() ?? 0,
      };
      const { ledger, answer } = change(known);
      if (ledger === known || (await writeLedger(db, account, row?.version ?? null, ledger))) return answer;
    }
    throw createTakenError(`the budget of ${account}`);
  });
