/** Migrations on a database of years: nothing but the work itself ends them. */
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { createTestDatabase } from '../support/postgres.ts';

it('have no time limit', async () => {
  const { url, drop } = await createTestDatabase();
  const watcher = new Client({ connectionString: url });
  await watcher.connect();
  await watcher.query(`
    create table limits_seen (value text);
    create function note_limit() returns event_trigger language plpgsql as $$
    begin insert into limits_seen values (current_setting('statement_timeout')); end $$;
    create event trigger note_limit on ddl_command_start when tag in ('CREATE INDEX') execute function note_limit()`);
  const database = openDatabase({ url, max: 1, log: () => undefined });
  try {
    await database.migrate();
    expect(await database.readMigrations()).toBe('head');
    const { rows } = await watcher.query<{ value: string }>('select distinct value from limits_seen');
    expect(rows).toEqual([{ value: '0' }]);
  } finally {
    await database.close();
    await watcher.end();
    await drop();
  }
});
