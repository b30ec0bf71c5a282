/** The request door while its store is away: told at once, ended in no case, and taken up again by the first who asks. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isAway } from '../../src/errors.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStoreProxy, type StoreProxy } from '../store/store-proxy.ts';
import { createDeskDatabase, type DeskDatabase } from '../support/desk-database.ts';
import { createTestDoor, type TestDoor } from '../support/door.ts';
import { defineSay } from './say-command.ts';
import { clearSpine } from './spine.ts';

let desk: DeskDatabase;
let door: TestDoor;
beforeAll(async () => {
  desk = await createDeskDatabase();
});
afterAll(() => desk.drop());
beforeEach(async () => {
  await clearSpine(desk);
  door = createTestDoor({ database: desk.database, commands: [defineSay()] });
});

describe('a store that is away', () => {
  const withProxy = async (work: (proxy: StoreProxy, away: TestDoor) => Promise<void>): Promise<void> => {
    const proxy = await createStoreProxy(desk.url);
    const database = openDatabase({ url: proxy.url, max: 3, log: () => undefined });
    try {
      await work(proxy, createTestDoor({ database, commands: [defineSay()] }));
    } finally {
      await proxy.stop();
      await database.close();
    }
  };
  /** How long it took to be told; NaN where it was not told what it should be. */
  const timeRefusal = async (asked: Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    return asked.then(
      () => Number.NaN,
      (error: unknown) => (isAway(error) ? performance.now() - startedAt : Number.NaN),
    );
  };

  it('is told at once, and taken up again by the first who asks when it is back', () =>
    withProxy(async (proxy, away) => {
      for (let time = 0; time < 5; time += 1) {
        const key = `try ${time}`;
        await Promise.all([1, 2, 3].map(() => away.ask('say hello')));
        await proxy.cut();
        expect(await timeRefusal(away.ask('say hello', { key }))).toBeLessThan(2_500);
        await proxy.restore();
        expect(await away.ask('say hello', { key })).toMatchObject({ kind: 'answered' });
      }
    }));

  it('that ended its connections a moment ago is asked on a new one, unnoticed', async () => {
    const database = openDatabase({ url: desk.url, max: 3, log: () => undefined });
    const asker = createTestDoor({ database, commands: [defineSay()] });
    try {
      for (let time = 0; time < 10; time += 1) {
        await Promise.all([1, 2, 3].map((at) => asker.ask('say hello', { key: `warm ${time} ${at}` })));
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`.execute(
          desk.database.db,
        );
        expect(await asker.ask('say hello', { key: `after ${time}` })).toMatchObject({ kind: 'answered' });
      }
    } finally {
      await database.close();
    }
  });

  it('in the middle of many requests ends no process, and each is told or done once', () =>
    withProxy(async (proxy, away) => {
      const asked = Array.from({ length: 40 }, (_, at) => away.ask('say hello', { key: `many ${at}` }));
      const ended = Promise.allSettled(asked);
      await new Promise((resolve) => setTimeout(resolve, 15));
      await proxy.cut();
      await proxy.restore();
      const reasons = (await ended).flatMap((result) =>
        result.status === 'rejected' ? [result.reason] : [],
      );
      expect(reasons.filter((reason) => !isAway(reason))).toEqual([]);
      for (let at = 0; at < 40; at += 1)
        expect(await away.ask('say hello', { key: `many ${at}` })).toMatchObject({ kind: 'answered' });
      const done = (await door.readAuditRows()).filter(({ event }) => event === 'answered');
      expect(done).toHaveLength(40);
    }));

  it('that is silent where it was never asked before is told within the patience of Slack', () =>
    withProxy(async (proxy, away) => {
      proxy.silence();
      expect(await timeRefusal(away.ask('say hello'))).toBeLessThan(2_500);
    }));
});
