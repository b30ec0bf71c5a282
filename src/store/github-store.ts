/** GitHub's answers as cached. */
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
