/** What a check is compared with: the finished ones before it, of the same scope or of the same targets. */
import { sql } from 'kysely';
import type { Json } from '../operations/json.ts';
import { type Db, translate } from './database.ts';

interface EarlierCheck {
  readonly spokenId: string;
  readonly result: Json;
}

/** What a join key says before its last two parts, in the words of the index `operations_done_by_scope`. */
const scopeOfJoinKey = sql`regexp_replace(join_key, ':[^:]*:[^:]*$', '')`;

/** The newest finished operation of a verb whose result this scope may see whole. */
export const readLastResult = async (
  db: Db,
  verb: string,
  scopeKey: string,
  before: string,
): Promise<EarlierCheck | null> =>
  translate(async () => {
    const { rows } = await sql<{ spoken_id: string; result: Json }>`
      select spoken_id, result from operations
      where verb = ${verb} and ${scopeOfJoinKey} = ${scopeKey} and state = 'done' and id <> ${before}
      order by created_at desc limit 1`.execute(db);
    const [row] = rows;
    return row ? { spokenId: row.spoken_id, result: row.result } : null;
  });

/** Of each target the newest finished check but this one, each check once, newest first. What they tell of other targets is the caller's to leave out. */
export const readLastResults = async (
  db: Db,
  targetIds: readonly string[],
  before: string,
): Promise<readonly EarlierCheck[]> =>
  translate(async () => {
    if (targetIds.length === 0) return [];
    // One step down the index for each target, however many checks it has behind it.
    const { rows } = await sql<{ spoken_id: string; result: Json }>`
      select o.spoken_id, o.result from operations o where o.id in (
        select last.operation_id from unnest(${[...targetIds]}::uuid[]) as t(id) cross join lateral (
          select c.operation_id from checks c join operations done on done.id = c.operation_id
          where c.target_id = t.id and c.operation_id <> ${before} and done.state = 'done' order by c.at desc limit 1
        ) as last
      ) order by o.finished_at desc`.execute(db);
    return rows.map((row) => ({ spokenId: row.spoken_id, result: row.result }));
  });
