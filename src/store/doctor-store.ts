/** How the desk's own house stands, read for doctor: connections, backlog, leases, holds, sessions. What that means is judged elsewhere. */
import { sql } from 'kysely';
import { type Database, type Db, translate } from './database.ts';

const one = async <T>(query: Promise<{ readonly rows: readonly T[] }>): Promise<T> => {
  const [row] = (await query).rows;
  if (row === undefined) throw new Error('a count gave no row');
  return row;
};

export interface StoreFacts {
  readonly ping: { readonly tookMs: number; readonly clockOffMs: number };
  readonly migrations: 'head' | readonly string[];
  readonly connections: { readonly used: number; readonly most: number };
}

export const readStoreFacts = async (database: Database): Promise<StoreFacts> => {
  // The first question may open a connection; the second tells the way there and back.
  await database.ping();
  const [ping, migrations, connections] = await Promise.all([
    database.ping(),
    database.readMigrations(),
    translate(() =>
      one(
        sql<{ used: number; most: number }>`select
          (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
          (select sum(setting::int * case when name = 'max_connections' then 1 else -1 end)::int from pg_settings
            where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')) as most`.execute(
          database.db,
        ),
      ),
    ),
  ]);
  return { ping, migrations, connections };
};

export interface WorkFacts {
  readonly open: number;
  /** Due, and in nobody's hands. */
  readonly waiting: number;
  readonly oldestDueAt: Date | null;
  /** Workers that hold a live lease at this moment. */
  readonly workers: number;
  readonly unsealed: number;
  readonly oldestUnsealedAt: Date | null;
}

export const readWorkFacts = (db: Db, now: Date): Promise<WorkFacts> =>
  translate(() =>
    one(
      sql<WorkFacts>`
        with waiting as (
          select due_at from operations
          where state = 'open' and due_at <= ${now} and (lease_until is null or lease_until < clock_timestamp())
        ), holders as (
          select lease_owner from operations where state = 'open' and lease_until > clock_timestamp()
          union select lease_owner from operation_items where state = 'open' and lease_until > clock_timestamp()
        )
        select (select count(*)::int from operations where state = 'open') as open,
          (select count(*)::int from waiting) as waiting,
          (select min(due_at) from waiting) as "oldestDueAt",
          (select count(lease_owner)::int from holders) as workers,
          (select count(*)::int from audit_rows where position is null) as unsealed,
          (select min(at) from audit_rows where position is null) as "oldestUnsealedAt"`.execute(db),
    ),
  );

/** Keys of clients whose sign-in was refused, is held, and fails to this day: an old hold of a changed password counts no more. */
export const readHeldClients = (db: Db): Promise<readonly string[]> =>
  translate(async () =>
    (
      await sql<{ key: string }>`select distinct t.key from credential_holds h
        join environments e on e.instance_id = h.instance_id join targets t on t.id = e.target_id
        where h.released_at is null and t.status = 'active' and exists (
          select from observations o where o.target_id = t.id and o.criterion = 'api' and o.since is not null)
        order by t.key`.execute(db)
    ).rows.map(({ key }) => key),
  );

/** Sign-ins whose end is not known: their sessions may be open until the hold is over. Those of a moment ago are still at work. */
export const readOpenSessions = (
  db: Db,
  now: Date,
  holdMs: number,
): Promise<readonly { readonly url: string; readonly since: Date }[]> =>
  translate(async () => {
    const { rows } = await sql<{
      url: string;
      since: Date;
    }>`select i.url, min(e.intended_at) as since from effects e join instances i on e.subject = 'instance:' || i.id
      where e.kind = 'acumatica-sign-in' and e.state in ('intended', 'ambiguous')
        and e.intended_at > ${new Date(now.getTime() - holdMs)} and e.intended_at < ${new Date(now.getTime() - 60_000)}
      group by i.url order by i.url`.execute(db);
    return rows;
  });

/** Rules that make somebody an admin, beside those of the configuration. */
export const countAdminRules = (db: Db): Promise<number> =>
  translate(async () => {
    const row = await db
      .selectFrom('access_rules')
      .select((rule) => rule.fn.countAll<string>().as('count'))
      .where('role', '=', 'admin')
      .executeTakeFirstOrThrow();
    return Number(row.count);
  });

export const readImportFact = (db: Db): Promise<{ readonly at: Date; readonly by: string } | null> =>
  translate(async () => {
    const row = await db
      .selectFrom('registry_imports')
      .select(['at', 'by_actor'])
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? { at: row.at, by: row.by_actor } : null;
  });
