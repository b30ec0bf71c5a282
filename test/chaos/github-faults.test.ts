/** GitHub in trouble for one client, and dead hosts for many: unknown with the reason, nobody's fault, and nobody else waits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleet } from '../../sandbox/world.ts';
import { HealthReport } from '../../src/policy/health/report.ts';
import { expectWhole } from '../support/chaos-invariants.ts';
import { backends, createScene, type Scene } from '../support/chaos-scene.ts';

const path = '/repos/acuops-demo/acuops-bayline/*';

const faults: readonly {
  readonly name: string;
  readonly lay: (scene: Scene) => void;
  readonly say: RegExp;
  readonly allMayBeUnknown?: boolean;
}[] = [
  {
    name: '403',
    lay: ({ stand }) => stand.github.faults.status({ path }, 403),
    say: /access|refused|permission|right|403/iu,
  },
  { name: '404', lay: ({ stand }) => stand.github.faults.status({ path }, 404), say: /not found/iu },
  {
    name: '429',
    lay: ({ stand }) => stand.github.faults.status({ path }, 429, { headers: { 'retry-after': '40' } }),
    say: /limit|wait|429/iu,
    allMayBeUnknown: true,
  },
  { name: '500', lay: ({ stand }) => stand.github.faults.status({ path }, 500), say: /500|GitHub/u },
  { name: '503', lay: ({ stand }) => stand.github.faults.status({ path }, 503), say: /503|GitHub/u },
  {
    name: 'malformed JSON',
    lay: ({ stand }) => stand.github.faults.malformedJson({ path }),
    say: /GitHub|understood|read|JSON/iu,
  },
  { name: 'silence', lay: ({ stand }) => stand.github.faults.silence({ path }), say: /answer|time|GitHub/iu },
  {
    name: 'a secondary limit',
    lay: ({ stand }) => stand.github.faults.secondaryLimit({ path }, 40),
    say: /limit|wait/iu,
    allMayBeUnknown: true,
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

    it.each(faults)('$name', async ({ lay, say, allMayBeUnknown }) => {
      lay(scene);
      operations += 1;
      const report = await check(scene);
      scene.stand.github.faults.clear();
      scene.stand.github.resetCounts();
      const bayline = report.clients.find(({ client }) => client.key === 'bayline');
      const asked = bayline?.observations.filter(({ criterion }) => criterion !== 'api') ?? [];
      expect(asked.length).toBeGreaterThanOrEqual(3);
      for (const one of asked) {
        expect(one.verdict, `${one.criterion}: ${one.say}`).toBe('unknown');
        expect(one.say).toMatch(say);
      }
      expect(bayline?.state, 'never healthy, never the client’s fault').toBe('unknown');
      expect(toVerdicts(report, 'bayline')['api production']).toBe(
        toVerdicts(baseline, 'bayline')['api production'],
      );
      for (const { client } of baseline.clients.filter((one) => one.client.key !== 'bayline')) {
        const [now, before] = [toVerdicts(report, client.key), toVerdicts(baseline, client.key)];
        for (const [criterion, verdict] of Object.entries(before))
          expect(allMayBeUnknown ? [verdict, 'unknown'] : [verdict], `${client.key} ${criterion}`).toContain(
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
