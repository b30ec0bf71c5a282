/** GitHub in trouble for one client, and dead hosts for many: unknown with the reason, nobody's fault, and nobody else waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleet } from '../../sandbox/world.ts';
import { HealthReport } from '../../src/policy/health/report.ts';
import { expectWhole } from '../support/chaos-invariants.ts';
import { backends, createScene, type Scene } from '../support/chaos-scene.ts';

const path = '/repos/acuops-demo/acuops-bayline/*';

interface Fault {
  readonly name: string;
  readonly lay: (scene: Scene) => void;
  readonly say: RegExp;
  /** A limit is the account's, not a repository's: everybody's facts may be missing. */
  readonly limitsAll?: boolean;
  /** Facts of the last check are known; a limit says nothing against them. */
  readonly warm?: boolean;
}

const waitS = 3;
const faults: readonly Fault[] = [
  {
    name: '403',
    lay: ({ stand }) => stand.github.faults.status({ path }, 403),
    say: /may not read this repository/u,
  },
  {
    name: '404',
    lay: ({ stand }) => stand.github.faults.status({ path }, 404),
    say: /not found or the token has no access/u,
  },
  { name: '500', lay: ({ stand }) => stand.github.faults.status({ path }, 500), say: /GitHub answered 500/u },
  { name: '503', lay: ({ stand }) => stand.github.faults.status({ path }, 503), say: /GitHub answered 503/u },
  {
    name: 'malformed JSON',
    lay: ({ stand }) => stand.github.faults.malformedJson({ path }),
    say: /GitHub's answer is not readable|could not be reached/u,
  },
  {
    name: 'silence',
    lay: ({ stand }) => stand.github.faults.silence({ path }),
    say: /did not answer in time|timed out/u,
  },
  {
    name: 'answers that are lost',
    lay: ({ stand }) => stand.github.faults.loseAnswer({ path }),
    say: /could not be reached/u,
  },
  {
    name: '429',
    lay: ({ stand }) =>
      stand.github.faults.status({ path }, 429, { headers: { 'retry-after': String(waitS) } }),
    say: /limit is reached$/u,
    limitsAll: true,
  },
  {
    name: 'a secondary limit',
    lay: ({ stand }) => stand.github.faults.secondaryLimit({ path }, waitS),
    say: /limit is reached$/u,
    limitsAll: true,
  },
  {
    name: 'a secondary limit, where facts are known',
    lay: ({ stand }) => stand.github.faults.secondaryLimit({ path }, waitS),
    say: /./u,
    limitsAll: true,
    warm: true,
  },
];

const check = async (scene: Scene): Promise<HealthReport> => {
  const asked = await scene.ask('health --fresh');
  await scene.quiet(75_000);
  const row = await scene.database.db
    .selectFrom('operations')
    .select('result')
    .where('spoken_id', '=', asked.spokenId ?? '')
    .executeTakeFirstOrThrow();
  return HealthReport.parse(row.result);
};

const toVerdicts = (report: HealthReport, key: string) =>
  Object.fromEntries(
    (report.clients.find(({ client }) => client.key === key)?.observations ?? []).map((one) => [
      `${one.criterion} ${one.subject ?? ''}`,
      one.verdict,
    ]),
  );

describe.skipIf(backends.every(({ skip }) => skip)).each(backends.filter(({ skip }) => !skip))(
  'GitHub in trouble, queue on $backend',
  ({ backend }) => {
    let scene: Scene;
    let baseline: HealthReport;
    let operations = 0;
    beforeAll(async () => {
      scene = await createScene({ backend });
      await scene.startDesk();
      baseline = await check(scene);
      operations += 1;
    });
    afterAll(() => scene.stop());

    it.each(faults)('$name', async ({ lay, say, limitsAll, warm }) => {
      if (warm) {
        await check(scene);
        operations += 1;
      } else await scene.database.db.deleteFrom('github_answers').execute();
      lay(scene);
      operations += 1;
      const report = await check(scene);
      scene.stand.github.faults.clear();
      scene.stand.github.resetCounts();
      await sleep(limitsAll ? waitS * 1_000 : 0);
      const bayline = report.clients.find(({ client }) => client.key === 'bayline');
      const asked = bayline?.observations.filter(({ criterion }) => criterion !== 'api') ?? [];
      expect(asked.length).toBeGreaterThanOrEqual(3);
      expect(asked.filter((one) => !say.test(one.say) || (!warm && one.verdict !== 'unknown'))).toEqual([]);
      expect(warm ? 'unknown' : bayline?.state, 'never healthy, never the client’s fault').toBe('unknown');
      for (const { client } of baseline.clients) {
        const [now, before] = [toVerdicts(report, client.key), toVerdicts(baseline, client.key)];
        const hit = (criterion: string) =>
          limitsAll === true || (client.key === 'bayline' && !criterion.startsWith('api'));
        for (const [criterion, verdict] of Object.entries(before).filter(
          ([name]) => name in now || !hit(name),
        ))
          expect(hit(criterion) ? [verdict, 'unknown'] : [verdict], `${client.key} ${criterion}`).toContain(
            now[criterion],
          );
      }
      await expectWhole(scene, [], { operations });
    });
  },
);

describe.each(backends)('dead hosts, queue on $backend', ({ backend, skip }) => {
  it.skipIf(skip)('50 of 100 take requests and never answer', async () => {
    const world = createFleet({ count: 100, now: new Date(), deadHosts: 50 });
    const scene = await createScene({ backend, world });
    try {
      await scene.startDesk();
      const startedAt = Date.now();
      await scene.ask('health');
      await scene.quiet(75_000);
      const row = await scene.database.db
        .selectFrom('operations')
        .select('result')
        .where('verb', '=', 'health')
        .executeTakeFirstOrThrow();
      const report = HealthReport.parse(row.result);
      const tookMs = Date.parse(report.finishedAt ?? '') - startedAt;
      expect(tookMs, 'within its deadline').toBeLessThan(61_000);
      const dead = new Set(world.clients.filter(({ site }) => site.reach !== 'answers').map(({ id }) => id));
      expect(dead.size).toBe(50);
      const api = report.clients.map(({ client, observations }) => ({
        key: client.key,
        one: observations.find(({ criterion }) => criterion === 'api'),
      }));
      const alive = api.filter(({ key }) => !dead.has(key));
      expect(alive.map(({ one }) => one?.verdict).filter((verdict) => verdict !== 'pass')).toEqual([]);
      for (const { one } of api.filter(({ key }) => dead.has(key)))
        expect(['fail', 'unknown']).toContain(one?.verdict);
      const firstDead = Math.min(
        ...api.filter(({ key }) => dead.has(key)).map(({ one }) => Date.parse(one?.observedAt ?? '')),
      );
      const lastAlive = Math.max(...alive.map(({ one }) => Date.parse(one?.observedAt ?? '')));
      expect(lastAlive, 'everybody alive was seen before the first dead one was given up').toBeLessThan(
        firstDead,
      );
      process.stdout.write(`100 clients, 50 dead: ${tookMs} ms (${backend})\n`);
    } finally {
      await scene.stop();
    }
  });
});
