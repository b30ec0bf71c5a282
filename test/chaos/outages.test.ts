/** Database, queue or desk go away in the middle of a check: who asks meanwhile is told what to do, and the work goes on when they are back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { DeskProcess } from '../support/chaos-desk.ts';
import { expectWhole } from '../support/chaos-invariants.ts';
import { createKillablePostgres, prepareBuiltIn } from '../support/chaos-postgres.ts';
import { backends, createScene, type Scene } from '../support/chaos-scene.ts';

/** Slow sites keep a check running while its ground is pulled away. */
const slowDown = (scene: Scene, ms = 2_500): void => {
  for (const { site } of scene.stand.world.clients)
    if (site.reach === 'answers') scene.stand.acumatica.setBehaviour(site.prefix, { kind: 'slow', ms }, 2);
};

/** Resolves when a check that was asked for after `since` is at the instances. */
const untilAsked = async ({ database }: Scene, since = new Date(0)): Promise<void> => {
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(20)) {
    const { rows } = await sql`select from operation_items i join operations o on o.id = i.operation_id
      where i.key like 'api:%' and i.attempt > 0 and o.created_at > ${since}`.execute(database.db);
    if (rows.length > 0) return;
  }
  throw new Error('the check never reached the instances');
};

/** FLUSHALL, or on Postgres the same: every table of the queue is emptied. Gives how much was told to forget. */
const forgetQueue = async ({ redis, database }: Scene): Promise<number> => {
  if (redis) return (await redis.flush()) === '+OK' ? 1 : 0;
  const { rows } = await sql<{ name: string }>`select 'bullmq.' || quote_ident(tablename) as name
    from pg_tables where schemaname = 'bullmq' and tablename not like '%migration%'`.execute(database.db);
  await sql.raw(`truncate ${rows.map(({ name }) => name).join(', ')} cascade`).execute(database.db);
  return rows.length;
};

const findLine = (desk: DeskProcess, message: string) => desk.lines().find((line) => line['msg'] === message);
const untilLine = async (desk: DeskProcess, message: string): Promise<void> => {
  for (const until = Date.now() + 20_000; findLine(desk, message) === undefined; await sleep(20))
    if (Date.now() > until) throw new Error(`the desk never said "${message}"`);
};

const isReady = async (adminUrl: string): Promise<boolean> =>
  (await fetch(`${adminUrl}/readyz`)).status === 200;

const resumeMs = 2_000;
/** The timer's own turn and the test's polling. */
const marginMs = 700;

describe.each(backends)('in mid-check, queue on $backend', ({ backend, skip }) => {
  it.skipIf(skip).concurrent('the queue forgets everything', async () => {
    const scene = await createScene({ backend });
    try {
      await scene.startDesk({ roles: 'bot' });
      const asked = await scene.ask('health');
      expect(await forgetQueue(scene), 'the only hint there was').toBeGreaterThan(0);
      await scene.startDesk({ roles: 'worker' });
      slowDown(scene);
      await untilAsked(scene);
      expect(await forgetQueue(scene)).toBeGreaterThan(0);
      await scene.quiet();
      const after = await scene.ask('health');
      await scene.quiet();
      await expectWhole(scene, [asked, after], { operations: 2 });
    } finally {
      await scene.stop();
    }
  });

  it.skipIf(skip).concurrent('Postgres is killed and comes back', async () => {
    const postgres = await createKillablePostgres();
    const scene = await createScene({ backend, databaseUrl: postgres.url });
    try {
      const desk = await scene.startDesk();
      slowDown(scene);
      const asked = await scene.ask('health');
      await untilAsked(scene);
      await postgres.kill();
      const during = await scene.ask('list');
      expect(during.ack.ok, 'answered in Slack’s three seconds').toBe(true);
      expect(during.ack.elapsedMs).toBeLessThan(2_900);
      expect(during.ack.text).toMatch(/nothing was started.*again in a minute/isu);
      expect(await isReady(desk.adminUrl)).toBe(false);
      await sleep(2_000);
      const before = (await fetch(`${desk.adminUrl}/livez`)).status;
      expect(before, 'an outage restarts nobody').toBe(200);
      await postgres.comeBack();
      const backAt = Date.now();
      const hasMoved = async (): Promise<boolean> => {
        const back = new Date(backAt);
        const { rows } =
          await sql`select from operations o where o.state <> 'open' or o.lease_until > ${back} or o.due_at > ${back}
          or exists (select from operation_items i where i.operation_id = o.id and i.lease_until > ${back})`.execute(
            scene.database.db,
          );
        return rows.length > 0;
      };
      while (!(await hasMoved().catch(() => false))) {
        expect(Date.now() - backAt, 'work resumes').toBeLessThan(resumeMs + marginMs);
        await sleep(50);
      }
      process.stdout.write(`work resumed ${Date.now() - backAt} ms after Postgres came back (${backend})\n`);
      const after = await scene.ask('list');
      expect(JSON.stringify(after.ack.body), 'a command is taken again').toContain('Heritage Fabrics');
      await scene.quiet();
      expect(desk.isAlive()).toBe(true);
      await expectWhole(scene, [asked], { operations: 1 });
    } finally {
      await scene.stop();
      await postgres.stop();
    }
  });

  it.skipIf(skip || backend !== 'redis').concurrent('Redis is killed and comes back', async () => {
    const scene = await createScene({ backend });
    try {
      const desk = await scene.startDesk();
      slowDown(scene);
      const asked = await scene.ask('health');
      await untilAsked(scene);
      await scene.redis?.kill();
      const during = await scene.ask('health heritage');
      expect(during.spokenId, `answer: ${during.ack.text}`).not.toBeNull();
      expect(during.ack.elapsedMs).toBeLessThan(1_500);
      const tookMs = await scene.quiet();
      process.stdout.write(`two checks ended ${tookMs} ms later without Redis\n`);
      await scene.redis?.start();
      const after = await scene.ask('health bayline');
      await scene.quiet();
      for (const until = Date.now() + 10_000; !(await isReady(desk.adminUrl)); await sleep(100))
        expect(Date.now(), 'ready again').toBeLessThan(until);
      await expectWhole(scene, [asked, during, after], { operations: 3 });
    } finally {
      await scene.stop();
    }
  });

  it.skipIf(skip).concurrent('the desk is told to stop, as npm start runs it', async () => {
    const scene = await createScene({ backend });
    try {
      const leaving = await scene.startDesk({ entry: 'npm' });
      slowDown(scene, 6_000);
      const asked = await scene.ask('health');
      await untilAsked(scene);
      const ended = leaving.terminate();
      for (
        const until = Date.now() + 1_500;
        await isReady(leaving.adminUrl).catch(() => false);
        await sleep(20)
      )
        expect(Date.now(), 'not ready from the moment it is told').toBeLessThan(until);
      await scene.startDesk({ roles: 'worker' });
      const end = await ended;
      expect(end).toMatchObject({ code: 0 });
      expect(end.tookMs).toBeLessThan(25_000);
      process.stdout.write(`stopped in ${end.tookMs} ms in mid-check (${backend})\n`);
      await scene.quiet(60_000);
      await expectWhole(scene, [asked], { operations: 1 });
    } finally {
      await scene.stop();
    }
  });

  it.skipIf(skip).concurrent('with its built-in database, killed with the desk and under it', async () => {
    const builtIn = await prepareBuiltIn();
    const scene = await createScene({ backend, databaseUrl: builtIn.url, env: { DATABASE_URL: '' } });
    const env = { ACUOPS_DATA: builtIn.folder };
    try {
      const first = await scene.startDesk({ env });
      slowDown(scene);
      const asked = await scene.ask('health');
      await untilAsked(scene);
      await first.kill();
      const second = await scene.startDesk({ env });
      expect(findLine(second, 'database server of an earlier run adopted')).toBeDefined();
      await scene.quiet();
      slowDown(scene, 4_000);
      const since = new Date();
      const again = await scene.ask('health --fresh');
      await untilAsked(scene, since);
      process.kill(Number(findLine(second, 'database server ready')?.['pid']), 'SIGKILL');
      await untilLine(second, 'database server runs again');
      await scene.quiet(40_000);
      expect(second.isAlive()).toBe(true);
      await expectWhole(scene, [asked, again], { operations: 2 });
      expect(await second.terminate()).toMatchObject({ code: 0 });
    } finally {
      await scene.stop();
      await builtIn.remove();
    }
  });

  it.skipIf(skip).concurrent('a worker dies while it holds a session', async () => {
    const scene = await createScene({ backend });
    try {
      const desk = await scene.startDesk();
      const { acumatica } = scene.stand;
      // The session is open, and the worker cannot have signed out before it is killed.
      acumatica.loseAnswer('bayline');
      const asked = await scene.ask('health bayline');
      for (const until = Date.now() + 20_000; acumatica.sessions('bayline').length === 0; await sleep(5))
        expect(Date.now()).toBeLessThan(until);
      await desk.kill();
      await scene.startDesk();
      await scene.quiet();
      const again = await scene.ask('health bayline --fresh');
      await scene.quiet();
      const signIns = acumatica
        .calls('bayline')
        .filter((call) => call.method === 'POST' && call.path === '/entity/auth/login');
      expect(signIns, 'nobody signs in on top of an open session').toHaveLength(1);
      expect(acumatica.sessions('bayline')).toHaveLength(1);
      const cards = scene.stand.slack
        .messages(asked.channel)
        .map((message) => JSON.stringify(message.blocks));
      expect(cards).toHaveLength(2);
      for (const card of cards) expect(card).toMatch(/session/iu);
      await expectWhole(scene, [asked, again], { operations: 2 });
    } finally {
      await scene.stop();
    }
  });
});
