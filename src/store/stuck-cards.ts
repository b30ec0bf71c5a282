/** Cards that their sender gave up, and the way back: what was refused may be tried anew, and a card that fled to a direct message returns to its channel. Whether the cause is mended is judged elsewhere. */
import { sql } from 'kysely';
import { type Database, type Db, toDb, translate } from './database.ts';

export interface CardTrouble {
  readonly id: string;
  readonly spokenId: string;
  /** Where it was asked for, which need not be where it was tried last. */
  readonly channel: string;
  readonly trouble: string;
  /** False: nobody will send it unless somebody helps. */
  readonly onItsWay: boolean;
}

/** A card that nobody missed for a week is no news. */
const newsMs = 7 * 86_400_000;

/** The first post of a card carries the place it was meant for (`post-card.ts`). */
const firstPost = sql`effects f on f.key = 'card:' || c.id || ':post'`;
const home = sql`case when c.channel like 'direct:%' then coalesce(f.detail->>'place', c.channel) else c.channel end`;

/** A card that could not be sent directly either has its channel's refusal in the effect only. */
const cause = sql`case when c.channel like 'direct:%' and f.state = 'rejected'
  then coalesce(f.detail->>'say' || '; by direct message: ', '') || c.trouble else c.trouble end`;

/** Newest first. */
export const readCardTroubles = (db: Db, now: Date): Promise<readonly CardTrouble[]> =>
  translate(async () => {
    const { rows } = await sql<CardTrouble>`
      select c.id, o.spoken_id as "spokenId", ${home} as channel, ${cause} as trouble, c.wanted_version > c.delivered_version as "onItsWay"
      from cards c join operations o on o.id = c.operation_id left join ${firstPost}
      where c.trouble is not null and c.created_at > ${new Date(now.getTime() - newsMs)}
      order by c.created_at desc limit 100`.execute(db);
    return rows;
  });

export interface CardRevival {
  readonly ids: readonly string[];
  /** Channels that can be written to and may be: others keep their cards stuck. */
  readonly channels: readonly string[];
  readonly at: Date;
}

/**
 * Makes stuck cards due again; answers which. A refusal means that nothing was done, so its effect makes room for a new one;
 * a lost answer stays as it is, and is looked for first. A channel that became a client's since gets that client's cards only.
 */
export const reviveCards = (
  database: Database,
  { ids, channels, at }: CardRevival,
): Promise<readonly string[]> =>
  database.transact(async (tx) => {
    const db = toDb(tx);
    const { rows } = await sql<{ id: string; back: boolean }>`
      select c.id, c.channel like 'direct:%' and f.detail->>'place' is not null as back
      from cards c join operations o on o.id = c.operation_id left join ${firstPost}
      where c.id = any(${[...ids]}::uuid[]) and c.trouble is not null and c.wanted_version <= c.delivered_version
        and (c.lease_until is null or c.lease_until < clock_timestamp())
        and (${home} like 'direct:%' or ${home} = any(${[...channels]}::text[]))
        and not exists (select from targets t where t.slack_channel = ${home} and t.status <> 'archived'
          and not (o.scope->>'kind' = 'only' and o.scope->'targetIds' = jsonb_build_array(t.id)))
        and not (c.channel like 'direct:%' and exists (select from cards other where other.operation_id = c.operation_id
          and other.id <> c.id and other.channel = f.detail->>'place'))
      order by c.id for no key update of c`.execute(db);
    if (rows.length === 0) return [];
    const revived = rows.map(({ id }) => id);
    // Back first: the place is read from the effect that makes room below.
    await sql`update cards c set moved_from = null, moved_why = null, team = coalesce(f.detail->>'team', c.team), channel = f.detail->>'place', thread = f.detail->>'thread'
      from effects f where f.key = 'card:' || c.id || ':post' and c.id = any(${rows.flatMap(({ id, back }) => (back ? [id] : []))}::uuid[])`.execute(
      db,
    );
    await sql`update effects set key = key || ':refused:' || id
      where state = 'rejected' and subject = any(${revived.map((id) => `card:${id}`)}::text[]) and key not like '%:refused:%'`.execute(
      db,
    );
    await sql`update cards set delivered_version = wanted_version - 1, next_at = ${at} where id = any(${revived}::uuid[])`.execute(
      db,
    );
    return revived;
  });

export type CardStanding = 'delivered' | 'stuck' | 'on-its-way';

/** What became of cards that were made due again. */
export const readCardStandings = (
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CardStanding>> =>
  translate(async () => {
    const { rows } = await sql<{ id: string; standing: CardStanding }>`
      select id, case when wanted_version > delivered_version then 'on-its-way'
        when trouble is null then 'delivered' else 'stuck' end as standing
      from cards where id = any(${[...ids]}::uuid[])`.execute(db);
    return new Map(rows.map(({ id, standing }) => [id, standing]));
  });
