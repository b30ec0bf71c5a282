/** Rounds and votes on a real database: whoever presses at the same moment, there is one decision, and every reader sees that one. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApprovalRound, decideApproval, type Vote } from '../../src/operations/approval.ts';
import type { Actor } from '../../src/operations/call.ts';
import { castVote, openRound, readNewestRound } from '../../src/store/approval-store.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createSpine, defineWork, type Spine } from '../operations/spine.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';

let desk: DeskDatabase;
let wide: Database;
let spine: Spine;
beforeAll(async () => {
  desk = await createDeskDatabase();
  // A hundred at once wait for their turn here, and not for a connection until they give up.
  wide = openDatabase({ url: desk.url, max: 20, patienceMs: 15_000, log: () => undefined });
});
afterAll(async () => {
  await wide.close();
  await desk.drop();
});
beforeEach(async () => {
  await desk.clear();
  spine = createSpine(desk, defineWork({ steps: {} }));
});

const askedAt = new Date('2026-11-21T08:00:00Z');
const minute = (count: number): Date => new Date(askedAt.getTime() + count * 60_000);
const person = (user: string): Actor => ({ team: 'T0DESK', user });
const crowd = (count: number): readonly Actor[] =>
  Array.from({ length: count }, (_, at) => person(`U0${at}`));
const toRound = (over: Partial<ApprovalRound> = {}): Omit<ApprovalRound, 'votes'> => ({
  round: 1,
  digest: 'd'.repeat(64),
  requester: person('U0ASKER'),
  needed: 1,
  askedAt,
  expiresAt: minute(30),
  ...over,
});

const start = async (over: Partial<ApprovalRound> = {}): Promise<string> => {
  const { id } = await spine.start();
  await openRound(wide.db, id, toRound(over));
  return id;
};

const vote = (
  id: string,
  by: Actor,
  given: Partial<Vote & { readonly round: number; readonly digest: string }> = {},
) => {
  const { at = minute(1), ...rest } = given;
  return wide.transact((tx) =>
    castVote(tx, id, { by, verdict: 'approve', reason: null, round: 1, digest: 'd', at, ...rest }, minute(1)),
  );
};

const readState = async (id: string) => {
  const round = await readNewestRound(wide.db, id);
  if (round === null) throw new Error('nobody was asked');
  return decideApproval(round, minute(1_000));
};

const readAlarm = async (id: string) => {
  const { wakeSeq, due } = await spine.read(id);
  return { wakeSeq, due };
};

const countVotes = async (): Promise<number> =>
  (await wide.db.selectFrom('approval_votes').select('id').execute()).length;

/** Changes the operation while voters wait behind it, and gives what they are told. */
const duringWait = async <T>(
  id: string,
  change: (db: Database['db']) => Promise<unknown>,
  press: () => T,
) => {
  const pressed = await wide.db.transaction().execute(async (trx) => {
    await sql`select id from operations where id = ${id} for update`.execute(trx);
    const told = press();
    for (let waiting = false; !waiting; ) {
      const { rows } = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(desk.database.db);
      waiting = rows.length > 0;
    }
    await change(trx);
    // Wrapped, or it would be waited for inside of what it waits for.
    return { told };
  });
  return pressed.told;
};

const endOperation = (db: Database['db'], id: string) =>
  db.updateTable('operations').set({ state: 'done', due_at: null }).where('id', '=', id).execute();

describe('a round', () => {
  it('is opened once: a second call changes nothing and gives what stands', async () => {
    const id = await start();
    const cast = await vote(id, person('U0ANN'));
    const again = await openRound(
      wide.db,
      id,
      toRound({ digest: 'other', needed: 5, expiresAt: minute(60) }),
    );
    expect({ kind: 'cast', round: again }).toEqual(cast);
    expect(again).toMatchObject({ ...toRound(), votes: [{ by: person('U0ANN') }] });
  });

  it('opened by many at once is the same for all of them', async () => {
    const { id } = await spine.start();
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, at) => openRound(wide.db, id, toRound({ digest: `d${at}` }))),
    );
    expect(new Set(opened.map(({ digest }) => digest)).size).toBe(1);
    expect(await readNewestRound(wide.db, id)).toEqual(opened[0]);
  });

  it('that is newest is read, without the votes of an earlier one', async () => {
    const id = await start({ needed: 2 });
    await vote(id, person('U0ANN'));
    const second = await openRound(wide.db, id, toRound({ round: 2, digest: 'e' }));
    expect(await readNewestRound(wide.db, id)).toEqual({ ...toRound({ round: 2, digest: 'e' }), votes: [] });
    expect(await wide.transact((tx) => readNewestRound(tx, id))).toEqual(second);
    expect(await vote(id, person('U0BEN'))).toEqual({ kind: 'old-round' });
    expect(await vote(id, person('U0ANN'), { round: 2 })).toEqual({ kind: 'old-round' });
    expect(await vote(id, person('U0ANN'), { round: 2, digest: 'e' })).toMatchObject({ kind: 'cast' });
  });

  it('keeps votes in the order in which they came, whatever their clocks say', async () => {
    const id = await start({ needed: 3 });
    await vote(id, person('U0ANN'), { at: minute(9) });
    await vote(id, person('U0BEN'), { at: minute(3) });
    const cast = await vote(id, person('U0CLEO'), {
      at: minute(6),
      verdict: 'reject',
      reason: 'no\u0000t now',
    });
    const read = await readNewestRound(wide.db, id);
    expect(read?.votes.map(({ by, at, reason }) => [by.user, at, reason])).toEqual([
      ['U0ANN', minute(9), null],
      ['U0BEN', minute(3), null],
      ['U0CLEO', minute(6), 'not now'],
    ]);
    expect(cast).toEqual({ kind: 'cast', round: read });
  });

  it('is null where nobody was asked, and for what is no id', async () => {
    expect(await readNewestRound(wide.db, (await spine.start()).id)).toBeNull();
    expect(await readNewestRound(wide.db, 'x')).toBeNull();
  });

  it.each([{ needed: 0 }, { expiresAt: askedAt }, { round: 0 }])('cannot be %o', async (over) => {
    const { id } = await spine.start();
    await expect(openRound(wide.db, id, toRound(over))).rejects.toThrow('check constraint');
  });
});

describe('at the same moment', () => {
  it.each([1, 2])('a hundred approvers where %i are needed make one decision', async (needed) => {
    const id = await start({ needed });
    const told = await Promise.all(crowd(100).map((by) => vote(id, by)));
    const state = await readState(id);
    expect(state).toMatchObject({ kind: 'approved' });
    const refused = told.filter(({ kind }) => kind !== 'cast');
    expect(refused).toEqual(Array.from({ length: 100 - needed }, () => ({ kind: 'settled', state })));
    expect(await countVotes()).toBe(needed);
    expect((await readAlarm(id)).wakeSeq).toBe(needed);
  });

  it('approve, reject and withdraw settle it once, and every reader sees the same', async () => {
    for (let time = 0; time < 15; time += 1) {
      const id = await start();
      const work = { isGoing: true };
      const seen: string[] = [];
      const readers = [1, 2, 3].map(async () => {
        while (work.isGoing) {
          const round = await readNewestRound(wide.db, id);
          if (round) seen.push(JSON.stringify(decideApproval(round, minute(1))));
        }
      });
      const verdicts = ['approve', 'reject', 'withdraw'] as const;
      const told = await Promise.all(
        crowd(9).map((by, at) => vote(id, by, { verdict: verdicts[at % 3] ?? 'approve' })),
      );
      work.isGoing = false;
      await Promise.all(readers);
      // A yes, if it came first, and then one no; nothing after that.
      const cast = told.filter(({ kind }) => kind === 'cast').length;
      expect([1, 2]).toContain(cast);
      const state = await readState(id);
      expect(['rejected', 'withdrawn']).toContain(state.kind);
      const settled = seen.filter((text) => !text.includes('"pending"') && !text.includes('"approved"'));
      expect(new Set([...settled, JSON.stringify(state)]).size).toBe(1);
    }
  });

  it('one person who presses twenty times counts once', async () => {
    const id = await start({ needed: 2 });
    const told = await Promise.all(Array.from({ length: 20 }, () => vote(id, person('U0ANN'))));
    expect(told.map(({ kind }) => kind).toSorted()).toEqual(['cast', ...Array(19).fill('voted-before')]);
    expect((await readNewestRound(wide.db, id))?.votes).toHaveLength(1);
  });
});

describe('a vote', () => {
  it('wakes the operation, but not where it is refused', async () => {
    const id = await start({ needed: 2 });
    const before = await readAlarm(id);
    expect(await vote(id, person('U0ASKER'))).toEqual({ kind: 'own-request' });
    expect(await readAlarm(id)).toEqual(before);
    await vote(id, person('U0ANN'));
    expect(await readAlarm(id)).toEqual({ wakeSeq: before.wakeSeq + 1, due: minute(1) });
    // A replay.
    expect(await vote(id, person('U0ANN'))).toMatchObject({ kind: 'voted-before', vote: { at: minute(1) } });
    expect(await readAlarm(id)).toEqual({ wakeSeq: before.wakeSeq + 1, due: minute(1) });
  });

  it('is none where nobody was asked, nothing is there, or the operation is over', async () => {
    expect(await vote((await spine.start()).id, person('U0ANN'))).toEqual({ kind: 'none' });
    expect(await vote('00000000-0000-7000-8000-000000000000', person('U0ANN'))).toEqual({ kind: 'none' });
    expect(await vote('x', person('U0ANN'))).toEqual({ kind: 'none' });
    const id = await start();
    await endOperation(wide.db, id);
    const before = await readAlarm(id);
    expect(await vote(id, person('U0ANN'))).toEqual({ kind: 'none' });
    expect(await readAlarm(id)).toEqual(before);
    expect(await countVotes()).toBe(0);
  });

  it('is none for an operation that ended while it waited', async () => {
    const id = await start();
    const told = await duringWait(
      id,
      (db) => endOperation(db, id),
      () => vote(id, person('U0ANN')),
    );
    expect(told).toEqual({ kind: 'none' });
    expect(await countVotes()).toBe(0);
  });

  it('is of an old round where the next one was opened while it waited', async () => {
    const id = await start();
    const next = toRound({ round: 2, digest: 'e' });
    const told = await duringWait(
      id,
      (db) => openRound(db, id, next),
      () => vote(id, person('U0ANN')),
    );
    expect(told).toEqual({ kind: 'old-round' });
    expect(await countVotes()).toBe(0);
  });

  it('leaves nothing behind where its transaction fails', async () => {
    const id = await start();
    const before = await readAlarm(id);
    const press = wide.transact(async (tx) => {
      const given = {
        by: person('U0ANN'),
        verdict: 'approve' as const,
        reason: null,
        at: minute(1),
        round: 1,
        digest: 'd',
      };
      await castVote(tx, id, given, minute(1));
      throw new Error('its audit row was not written');
    });
    await expect(press).rejects.toThrow('its audit row');
    expect(await countVotes()).toBe(0);
    expect(await readAlarm(id)).toEqual(before);
  });

  it('dated from the end on is too late, whatever the clock of the desk says', async () => {
    const id = await start();
    expect(await vote(id, person('U0ANN'), { at: minute(30) })).toEqual({
      kind: 'settled',
      state: { kind: 'expired' },
    });
  });
});
