/** The killswitch: one row for everything (`*`), one per stopped target. What cannot be read counts as on. */
import { isAway } from '../errors.ts';
import { type Actor, formatActor } from '../operations/call.ts';
import type { Tx } from '../operations/tx.ts';
import { toCode } from '../operations/words.ts';
import { type Db, toDb, translate } from './database.ts';

export interface Killswitch {
  readonly targetKey: string;
  readonly state: 'on' | 'off';
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

/** As the command takes it. */
const longestReason = 300;

const unreadable = 'The killswitch cannot be read, so it counts as on.';

/** Its transaction is lost, so nothing can be written in it; whoever catches it answers `stopped`. */
export class KillswitchUnreadable extends Error {
  readonly say = unreadable;
}

/**
 * The sentence that says why an effect on this target is stopped, or null. Already escaped, as every `say`.
 * @throws KillswitchUnreadable which counts as on; AcuopsError `store-unavailable`
 */
export const decideStop = async (db: Db, targetId: string | null): Promise<string | null> => {
  try {
    return await translate(() => readStop(db, targetId));
  } catch (cause) {
    throw isAway(cause) ? cause : new KillswitchUnreadable('the killswitch cannot be read', { cause });
  }
};

const readStop = async (db: Db, targetId: string | null): Promise<string | null> => {
  const target =
    targetId === null
      ? null
      : await db.selectFrom('targets').select('key').where('id', '=', targetId).executeTakeFirst();
  const rows = await db
    .selectFrom('killswitches')
    .selectAll()
    .where('target_key', 'in', target ? ['*', target.key] : ['*'])
    .execute();
  // The row for everything is written when the desk starts; without it nobody knows, and nobody knows means on.
  if (!rows.some((row) => row.target_key === '*')) return unreadable;
  const on = rows.find((row) => row.state !== 'off');
  return on
    ? `The killswitch is on since ${on.at.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${toCode(on.reason, longestReason)}`
    : null;
};

export const setKillswitch = async (
  tx: Tx,
  switchTo: { targetKey: string; state: 'on' | 'off'; by: Actor; reason: string; at: Date },
): Promise<void> => {
  const row = {
    target_key: switchTo.targetKey,
    state: switchTo.state,
    by_actor: formatActor(switchTo.by),
    reason: switchTo.reason,
    at: switchTo.at,
  };
  const { target_key: _, ...change } = row;
  await toDb(tx)
    .insertInto('killswitches')
    .values(row)
    .onConflict((conflict) => conflict.column('target_key').doUpdateSet(change))
    .execute();
};

export const readKillswitches = async (tx: Tx): Promise<readonly Killswitch[]> =>
  (await toDb(tx).selectFrom('killswitches').selectAll().orderBy('target_key').execute()).map((row) => ({
    targetKey: row.target_key,
    state: row.state === 'off' ? 'off' : 'on',
    by: row.by_actor,
    reason: row.reason,
    at: row.at,
  }));

/** Off at the very first start only. */
export const ensureKillswitch = async (db: Db, at: Date): Promise<void> => {
  await db
    .insertInto('killswitches')
    .values({ target_key: '*', state: 'off', by_actor: 'desk:start', reason: 'first start', at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};
