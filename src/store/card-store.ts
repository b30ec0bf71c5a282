/** Cards: who may send which picture now, and how far Slack is. One sender per card by lease; coalesced because only the newest version counts. */
import { type SqlBool, sql } from 'kysely';
import type { CardStore, CardWork } from '../operations/card.ts';
import { type Database, translate } from './database.ts';
import { toOperation } from './operation-rows.ts';

const inMs = (ms: number) => sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`;

export const createCardStore = (database: Database, now: () => Date): CardStore => {
  const { db } = database;
  const change = async (cardId: string, owner: string, set: Record<string, unknown>): Promise<void> => {
    await translate(() =>
      db.updateTable('cards').set(set).where('id', '=', cardId).where('lease_owner', '=', owner).execute(),
    );
  };
  const after = (ms: number) => new Date(now().getTime() + ms);
  return {
    claim: async (owner, leaseMs, limit) => {
      const rows = await translate(() =>
        db
          .updateTable('cards')
          .set({ lease_owner: owner, lease_until: inMs(leaseMs) })
          .where('id', 'in', (query) =>
            query
              .selectFrom('cards')
              .select('id')
              .whereRef('wanted_version', '>', 'delivered_version')
              .where('next_at', '<=', now())
              .where(sql<SqlBool>`(lease_until is null or lease_until < clock_timestamp())`)
              .orderBy('next_at')
              .limit(limit)
              .forUpdate()
              .skipLocked(),
          )
          .returningAll()
          .execute(),
      );
      if (rows.length === 0) return [];
      const ids = [
        ...new Set(
          rows.flatMap((row) =>
            row.superseded_by ? [row.operation_id, row.superseded_by] : [row.operation_id],
          ),
        ),
      ];
      const operations = new Map(
        (await translate(() => db.selectFrom('operations').selectAll().where('id', 'in', ids).execute())).map(
          (row) => [row.id, toOperation(row)],
        ),
      );
      return rows.flatMap((row): CardWork[] => {
        const operation = operations.get(row.operation_id);
        if (!operation) return [];
        return [
          {
            cardId: row.id,
            place: { team: row.team, channel: row.channel, thread: row.thread },
            posted:
              row.posted_channel && row.posted_ts ? { channel: row.posted_channel, ts: row.posted_ts } : null,
            wantedVersion: row.wanted_version,
            decisionVersion: row.decision_version,
            operation,
            supersededBy: row.superseded_by ? (operations.get(row.superseded_by)?.spokenId ?? null) : null,
            moved: row.moved_from && row.moved_why ? { from: row.moved_from, why: row.moved_why } : null,
            createdAt: row.created_at,
          },
        ];
      });
    },
    renew: (cardId, owner, leaseMs) => change(cardId, owner, { lease_until: inMs(leaseMs) }),
    markPosted: (cardId, owner, posted) =>
      change(cardId, owner, { posted_channel: posted.channel, posted_ts: posted.ts }),
    markDelivered: (cardId, owner, version, paceMs) =>
      change(cardId, owner, {
        // A sender whose lease ran out never turns the card back.
        delivered_version: sql`greatest(delivered_version, ${version})`,
        next_at: after(paceMs),
        lease_owner: null,
        lease_until: null,
        trouble: null,
      }),
    markTrouble: (cardId, owner, trouble, waitMs) =>
      change(cardId, owner, {
        trouble,
        lease_owner: null,
        lease_until: null,
        // Only a person can help: it is not due again until the picture changes or doctor's advice was followed.
        ...(waitMs === null ? { delivered_version: sql`wanted_version` } : { next_at: after(waitMs) }),
      }),
    moveToDirect: async (cardId, owner, why, trouble) => {
      const { rows } = await translate(() =>
        sql`update cards c set moved_from = c.channel, moved_why = ${why}, channel = 'direct:' || c.for_user, team = c.for_team, thread = null, posted_channel = null, posted_ts = null, trouble = ${trouble},
              lease_owner = null, lease_until = null, next_at = ${now()}
            where c.id = ${cardId} and c.lease_owner = ${owner} and not exists (
              select 1 from cards o where o.operation_id = c.operation_id and o.team = c.for_team and o.channel = 'direct:' || c.for_user)
            returning c.id`.execute(db),
      );
      // The person has this operation's card in their DM already: a second one there would be a twin.
      if (rows.length === 0)
        await change(cardId, owner, {
          trouble,
          delivered_version: sql`wanted_version`,
          lease_owner: null,
          lease_until: null,
        });
    },
  };
};
