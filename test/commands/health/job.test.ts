/** The steps of a health check on powers in memory: what becomes of clients whose answers came, came late, or never. */
import { describe, expect, it } from 'vitest';
import { toHealthJson } from '../../../src/commands/health/blocks.ts';
import { apiKey, pipelineKey } from '../../../src/commands/health/plan.ts';
import type { HealthPowers } from '../../../src/commands/health/powers.ts';
import type { Json } from '../../../src/operations/json.ts';
import type { ItemResult } from '../../../src/operations/operation.ts';
import type { Target } from '../../../src/operations/target.ts';
import type { ClockedObservation } from '../../../src/policy/health/facts.ts';
import { judgeApi } from '../../../src/policy/health/judge-api.ts';
import { type HealthReport, StoredObservation } from '../../../src/policy/health/report.ts';
import { ago, asked, hourMs, now, production, run } from '../../policy/health/sample-facts.ts';
import { createPretendHealth, sampleTarget } from './pretend-health.ts';

const heritage = sampleTarget();

const answered = (key: string, observations: readonly ClockedObservation[]): ItemResult => ({
  key,
  state: 'done',
  result: { observations: observations.map((one) => StoredObservation.encode(one)) } as never,
});
const late = (key: string): ItemResult => ({ key, state: 'timed-out', result: null });

const signedIn = { ...judgeApi(production()), since: null };
const ciFailing = (file: string, since: Date): ClockedObservation => ({
  criterion: 'ci',
  subject: file,
  verdict: 'fail',
  cause: 'failing-runs',
  say: `CI failed 3 times in a row (${file})`,
  next: null,
  url: null,
  observedAt: since,
  since,
});

describe('a pipeline that does not answer in time', () => {
  it('leaves the clock of each CI workflow running, with its deadline', async () => {
    const target = sampleTarget('heritage', { ciWorkflows: ['ci.yml', 'lint.yml'] });
    const health = createPretendHealth([target]);
    const since = ago(hourMs);
    health.stored.set(target.id, [ciFailing('ci.yml', since), ciFailing('lint.yml', now)]);
    const report = await health.judge({
      items: [late(pipelineKey(target.id)), answered(apiKey(target.id, 'production'), [signedIn])],
    });
    expect(report.clients[0]).toMatchObject({
      state: 'unknown',
      priority: 'P1',
      respondBy: new Date(since.getTime() + 4 * hourMs).toISOString(),
    });
    const ci = health.stored.get(target.id)?.filter(({ criterion }) => criterion === 'ci');
    expect(ci).toMatchObject([
      { subject: 'ci.yml', verdict: 'unknown', cause: 'timed-out', say: 'timed out', since },
      { subject: 'lint.yml', verdict: 'unknown', cause: 'timed-out', say: 'timed out', since: now },
    ]);
  });

  it('is unknown on every criterion that it would have told of, and so is an instance', async () => {
    const health = createPretendHealth([heritage]);
    const report = await health.judge({
      items: [late(pipelineKey(heritage.id)), late(apiKey(heritage.id, 'production'))],
    });
    expect(report.exitCode).toBe(4);
    expect(
      report.clients[0]?.observations.map(({ criterion, subject, verdict, say }) => [
        criterion,
        subject,
        verdict,
        say,
      ]),
    ).toEqual([
      ['api', 'production', 'unknown', 'timed out'],
      ['workflow', undefined, 'unknown', 'timed out'],
      ['last-deploy', undefined, 'unknown', 'timed out'],
      ['ci', 'ci.yml', 'unknown', 'timed out'],
    ]);
  });

  it('keeps us out of its instance where a deploy was known before', async () => {
    const deploying = run(7, { status: 'in_progress', conclusion: null });
    const readKnownRuns = async () => new Map([[heritage.id, { list: [deploying], readAt: ago(60_000) }]]);
    const health = createPretendHealth([heritage], { readKnownRuns });
    const outcome = await health.step('instances', { items: [late(pipelineKey(heritage.id))] });
    expect(outcome).toMatchObject({
      kind: 'fan',
      items: [{ key: apiKey(heritage.id, 'production'), input: { publishing: { runUrl: deploying.url } } }],
    });
  });
});

describe('two checks that overlap', () => {
  it('leave what was seen last, on the card of the slower one too', async () => {
    const health = createPretendHealth([heritage]);
    const refused = {
      ...signedIn,
      verdict: 'fail',
      say: 'sign-in refused',
      observedAt: ago(60_000),
    } as const;
    const items = (api: ClockedObservation) => [
      late(pipelineKey(heritage.id)),
      answered(apiKey(heritage.id, 'production'), [api]),
    ];
    await health.judge({ items: items(signedIn) });
    const report = await health.judge({ items: items(refused), operation: { id: 'operation-0' } });
    for (const told of [report.clients[0]?.observations, health.stored.get(heritage.id)])
      expect(told?.find(({ criterion }) => criterion === 'api')).toMatchObject({
        verdict: 'pass',
        since: null,
      });
    expect(report.exitCode).toBe(4);
  });

  it('judge by the clocks that stand when it is written, not by those that were read before', async () => {
    const since = ago(hourMs);
    const health = createPretendHealth([heritage], { readClocks: async () => [] });
    health.stored.set(heritage.id, [ciFailing('ci.yml', since)]);
    const report = await health.judge({
      items: [late(pipelineKey(heritage.id)), answered(apiKey(heritage.id, 'production'), [signedIn])],
    });
    expect(report.clients[0]?.observations.find(({ criterion }) => criterion === 'ci')?.since).toBe(
      since.toISOString(),
    );
  });
});

describe('a client that is not judged', () => {
  const archived = sampleTarget('heritage', { status: 'archived' });
  const only = { kind: 'only', targetIds: [archived.id] } as const;

  it.each([{ who: 'heritage' }, {}])(
    'is kept where it alone is asked for by %j, and said to be so',
    async (input) => {
      const health = createPretendHealth([archived]);
      expect(await health.step('start', { input, operation: { scope: only } })).toMatchObject({ items: [] });
      const report = await health.judge({ input, operation: { scope: only } });
      expect(report).toMatchObject({
        scope: 'Heritage Fabrics',
        clients: [{ client: { key: 'heritage', status: 'archived' }, state: 'not-judged' }],
        progress: { done: 1, total: 1 },
        exitCode: 0,
      });
      expect(toHealthJson(report).verdict).toBe('Heritage Fabrics is archived: not judged');
    },
  );

  it('says that it is leaving, too', async () => {
    const leaving = sampleTarget('heritage', { status: 'offboarding' });
    const report = await createPretendHealth([leaving]).judge({ input: { who: 'heritage' } });
    expect(toHealthJson(report).verdict).toBe('Heritage Fabrics is being offboarded: not judged');
  });

  it('is left out of the fleet and its tier once it is archived', async () => {
    for (const input of [{}, { who: 'premium' }]) {
      const report = await createPretendHealth([archived]).judge({ input });
      expect(report.clients).toEqual([]);
      expect(report.scope).toBe(input.who === undefined ? 'all clients' : 'premium clients');
    }
  });
});

describe('the deadline', () => {
  const deadline = new Date(now.getTime() + 60_000);
  const seconds = (at: number): Date => new Date(now.getTime() + at * 1_000);
  const lost = judgeApi(production(asked({ kind: 'connection-refused' })));
  const two = [sampleTarget('heritage'), sampleTarget('bayline')];
  const items = two.flatMap(({ id }) => [
    late(pipelineKey(id)),
    answered(apiKey(id, 'production'), [{ ...lost, since: now }]),
  ]);
  const step = async (name: string, at: Date) => {
    const outcome = await createPretendHealth(two).step(name, { items, at });
    return outcome.kind === 'fan' ? outcome.deadline : outcome.kind;
  };

  it('leaves time for the control host, however long the instances take', async () => {
    expect(await step('instances', seconds(33))).toEqual(seconds(52));
    expect(await step('judge', seconds(52))).toEqual(deadline);
    expect(await step('judge', seconds(20))).toEqual(seconds(28));
  });

  it('is not passed by asking the control host late: then it is not asked', async () => {
    expect(await step('judge', seconds(55))).toEqual(deadline);
    expect(await step('judge', seconds(59.5))).toBe('done');
    expect(await step('judge', seconds(61))).toBe('done');
  });
});

describe('what a check is compared with', () => {
  const other = sampleTarget('other');
  const inOf = (...targets: readonly Target[]): readonly ItemResult[] =>
    targets.map(({ id }) => answered(apiKey(id, 'production'), [signedIn]));
  const refusedBefore = (...targets: readonly Target[]): Promise<HealthReport> => {
    const refused = judgeApi(production(asked({ kind: 'refused' }, ago(hourMs))));
    return createPretendHealth(targets).judge({
      items: targets.map(({ id }) =>
        answered(apiKey(id, 'production'), [{ ...refused, since: ago(hourMs) }]),
      ),
      at: ago(hourMs),
    });
  };
  const toCheck = (spokenId: string, report: HealthReport) => ({
    spokenId,
    result: report as unknown as Json,
  });

  it('one client: its last check, whatever the scope of that was', async () => {
    const all = await refusedBefore(heritage, other);
    const health = createPretendHealth([heritage], {
      readPrevious: async () => toCheck('0LDER0', all),
      readLastOfEach: async () => [toCheck('4QX9PA', all)],
    });
    const report = await health.judge({ items: inOf(heritage) });
    expect(report.previous?.reference).toBe('4QX9PA');
    expect(report.changes.recovered).toMatchObject([{ key: 'heritage', criterion: 'api' }]);
  });

  it('a fleet: the last picture of that fleet, before what was seen of one client since', async () => {
    const all = await refusedBefore(heritage, other);
    const health = createPretendHealth([heritage, other], {
      readPrevious: async () => toCheck('4QX9PA', all),
      readLastOfEach: async () => [],
    });
    const report = await health.judge({ items: inOf(heritage, other) });
    expect(report.previous?.reference).toBe('4QX9PA');
    expect(report.changes.recovered.map(({ key }) => key)).toEqual(['heritage', 'other']);
  });

  it('a fleet never checked together: the last check of each, or nothing where one was never checked', async () => {
    const one = toCheck('4QX9PA', await refusedBefore(heritage));
    const two = toCheck('5QX9PA', await refusedBefore(other));
    const judge = (readLastOfEach: HealthPowers['readLastOfEach']) =>
      createPretendHealth([heritage, other], { readLastOfEach }).judge({ items: inOf(heritage, other) });
    expect((await judge(async () => [two, one])).changes.recovered).toHaveLength(2);
    expect(await judge(async () => [one])).toMatchObject({
      previous: null,
      changes: { appeared: [], recovered: [], hidden: [], visible: [] },
    });
  });
});
