/** A migrated desk database for each test file: migrations run once into a template named by what they are, copies are handed out. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createTestDatabase, ensureTemplate } from './postgres.ts';

export interface DeskDatabase {
  readonly database: Database;
  readonly url: string;
  /** Empties every table, so that one test begins where another did. */
  readonly clear: () => Promise<void>;
  /** Closes the pool and drops the database. */
  readonly drop: () => Promise<void>;
}

const store = join(import.meta.dirname, '../../src/store');
const quiet = (): void => undefined;

/** A server that outlives the run keeps its templates, so another migration must be another name. */
const readTemplateName = async (): Promise<string> => {
  const folder = join(store, 'migrations');
  const names = (await readdir(folder)).toSorted();
  const hash = createHash('sha256');
  for (const path of [...names.map((name) => join(folder, name)), join(store, 'database.ts')])
    hash.update(await readFile(path));
  return `desk_${hash.digest('hex').slice(0, 16)}`;
};

const migrate = async (url: string): Promise<void> => {
  const database = openDatabase({ url, max: 2, log: quiet });
  try {
    await database.migrate();
  } finally {
    // Postgres copies only a template that nobody is connected to.
    await database.close();
  }
};

const clear = async ({ db }: Database): Promise<void> => {
  const { rows } = await sql<{ name: string }>`select quote_ident(tablename) as name from pg_tables
    where schemaname = 'public' and tablename not like 'kysely%'`.execute(db);
  await db.transaction().execute(async (trx) => {
    // Without triggers: neither foreign keys nor the audit's own guard stand in the way, and it is faster than `truncate`.
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql.raw(rows.map(({ name }) => `delete from ${name}`).join('; ')).execute(trx);
  });
};

export const createDeskDatabase = async (): Promise<DeskDatabase> => {
  const template = await readTemplateName();
  await ensureTemplate(template, migrate);
  const copy = await createTestDatabase(template);
  const database = openDatabase({ url: copy.url, max: 5, log: quiet });
  return {
    database,
    url: copy.url,
    clear: () => clear(database),
    drop: async () => {
      await database.close();
      await copy.drop();
    },
  };
};
