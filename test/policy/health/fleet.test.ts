import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toClientHealth } from '../../../src/policy/health/client-health.ts';
import type { ClientHealth } from '../../../src/policy/health/facts.ts';
import {
  compareClients,
  countClients,
  decideExitCode,
  sayVerdict,
} from '../../../src/policy/health/fleet.ts';
import { HealthReport, toHealthCheck } from '../../../src/policy/health/report.ts';
import { eight, judged, refused, reportOf, timedOut } from '../../commands/health/sample-reports.ts';
import { ago, ciRun, hourMs, known, now, run, unknownFact } from './sample-facts.ts';

const say = (clients: readonly ClientHealth[], over = {}): string =>
  sayVerdict(toHealthCheck(reportOf(clients, over)), (at) => at.toISOString().slice(11, 16));

const good = (name: string) => judged({ key: name.toLowerCase(), name });
const bad = (name: string) =>
  judged({ key: name.toLowerCase(), name }, { api: refused, since: ago(380 * 60_000) });
const unseen = (name: string) =>
  judged({ key: name.toLowerCase(), name }, { api: { kind: 'timed-out', at: now } });
const unchecked = (name: string) =>
  judged({ key: name.toLowerCase(), name }, { api: { kind: 'reachable', at: now } });
const warned = (name: string) =>
  judged({ key: name.toLowerCase(), name }, { pipeline: { runs: known([run(999), ciRun(998, 'failure')]) } });
const githubAway = { workflows: unknownFact, runs: unknownFact, deployTags: unknownFact };
const hidden = (name: string) => judged({ key: name.toLowerCase(), name }, { pipeline: githubAway });
const gone = (name: string) => judged({ key: name.toLowerCase(), name, status: 'archived' });

describe('the verdict', () => {
  it.each<[string, ClientHealth[]]>([
    [
      '3 of 4 need you, worst: Ash P1, sign-in refused since 01:40',
      [bad('Ash'), bad('Birch'), bad('Cedar'), good('Date')],
    ],
    ['1 of 2 needs you: Ash P1, sign-in refused since 01:40', [bad('Ash'), good('Date')]],
    ['Ash needs you: P1, sign-in refused since 01:40', [bad('Ash')]],
    [
      '1 of 3 could not be fully checked, none of the others fails; first: Ash, timed out',
      [unseen('Ash'), good('Date'), warned('Elm')],
    ],
    ['2 of 2 could not be fully checked; first: Ash, timed out', [unseen('Ash'), unseen('Birch')]],
    [
      'Ash could not be fully checked (not asked: publishing since 07:55)',
      [judged({ name: 'Ash' }, { api: { kind: 'publishing', since: ago(300_000), runUrl: null, at: now } })],
    ],
    ['Ash could not be fully checked (timed out)', [unseen('Ash')]],
    ['None of 2 fails; 1 reachable, sign-in not checked', [unchecked('Ash'), good('Date')]],
    ['Ash is reachable, its sign-in was not checked', [unchecked('Ash')]],
    [
      'None of 2 fails, 1 has a warning; first: Elm, CI failed once (acuops-ci.yml)',
      [warned('Elm'), good('Date')],
    ],
    ['Elm works, with a warning: CI failed once (acuops-ci.yml)', [warned('Elm')]],
    ['All 2 healthy', [good('Ash'), good('Date'), gone('Old')]],
    ['Ash is healthy', [good('Ash')]],
    ['Old is archived: not judged', [gone('Old')]],
    ['Nothing to check: 2 offboarding or archived', [gone('Old'), gone('Older')]],
    ['No clients to check', []],
  ])('%s', (expected, clients) => {
    expect(say(clients)).toBe(expected);
  });

  it('says staging where it is staging', () => {
    expect(say([judged({ name: 'Ash' }, { stagingApi: refused })])).toContain(
      'Ash needs you: P1, staging sign-in refused',
    );
  });

  it('names one common cause', () => {
    const down = ['a', 'b', 'c'].map((key) => judged({ key, name: key }, { api: timedOut }));
    expect(say(down, { control: 'unreachable' })).toContain(
      '3 of 3 need you, probably by one cause: our own network; worst: a P1',
    );
    expect(say([...down, bad('Ash')])).toContain(
      '4 of 4 need you, 3 of them probably by one cause: Acumatica; worst: Ash',
    );
  });

  it('tells that more may fail where GitHub hides it, and that the API was seen where nothing fails', () => {
    const away = ['a', 'b', 'c'].map((key) => hidden(key));
    expect(say([...away, good('Date')])).toBe(
      '3 of 4 could not be fully checked: GitHub answered 503; nothing that could be seen fails',
    );
    expect(say([...away, bad('Ash')])).toBe(
      '1 of 4 needs you: Ash P1, sign-in refused since 01:40; 3 not fully checked: GitHub answered 503',
    );
  });

  it('does not forget what failed before it was hidden', () => {
    const clock = (name: string) => {
      const { client, observations } = hidden(name);
      const since = ago(hourMs);
      return toClientHealth(
        client,
        observations.map((one) => ({ ...one, since: one.criterion === 'ci' ? since : null })),
      );
    };
    expect(say([clock('Ash')])).toBe('Ash was failing and could not be fully checked (GitHub answered 503)');
    expect(say([clock('Ash'), hidden('b'), hidden('c')])).toMatch(
      /^3 of 3 could not be fully checked, 1 of them failing before: GitHub answered 503; /u,
    );
    expect(say([clock('Ash'), good('Date'), good('Elm')])).toMatch(
      /^1 of 3 could not be fully checked, failing before, none of the others fails; first: Ash, /u,
    );
  });

  it('says not checked only where nothing at all was seen', () => {
    const blind = judged({ name: 'Ash' }, { api: { kind: 'timed-out', at: now }, pipeline: githubAway });
    expect(say([blind])).toBe('Ash could not be checked (timed out)');
  });

  it('before it is known how many there are says no figures', () => {
    expect(say([], { finishedAt: null, total: 0 })).toBe('Checking all clients');
  });

  it('while running never says healthy', () => {
    expect(say([good('Ash')], { finishedAt: null, total: 8 })).toBe('Checking all clients, 1 of 8 done');
    expect(say([good('Ash'), bad('Birch')], { finishedAt: null, total: 8 })).toBe(
      'Checking all clients, 2 of 8 done: 1 needs you so far: Birch P1, sign-in refused since 01:40',
    );
  });

  it('stays short with a name that does not', () => {
    expect(say([bad('N'.repeat(500)), good('Date')]).length).toBeLessThan(150);
  });
});

describe('order and counts', () => {
  it('worst state, priority, deadline', () => {
    const names = eight()
      .toSorted(compareClients)
      .map(({ client }) => client.key);
    expect(names).toStrictEqual([
      'heritage',
      'boreal',
      'kestrel',
      'marina',
      'orchard',
      'pacific',
      'summit',
      'quill',
      'relic',
    ]);
  });

  it('an earlier deadline comes first within a priority', () => {
    const early = judged({ key: 'z', name: 'Z' }, { api: refused, since: ago(3 * hourMs) });
    expect([bad('B'), early].toSorted(compareClients)[0]?.client.key).toBe('b');
    expect(
      [early, judged({ key: 'a', name: 'A' }, { api: refused })].toSorted(compareClients)[0]?.client.key,
    ).toBe('z');
  });

  it('the deadline decides, not the age: four hours are over before eight', () => {
    const standard = judged(
      { key: 's', name: 'S', tier: 'standard' },
      { api: refused, since: ago(5 * hourMs) },
    );
    const premium = judged({ key: 'p', name: 'P' }, { api: refused, since: ago(3 * hourMs) });
    expect([standard, premium].toSorted(compareClients).map(({ client }) => client.key)).toStrictEqual([
      'p',
      's',
    ]);
  });

  it('a refused sign-in comes before an old deploy of the same priority, and that one says its age only', () => {
    const old = judged(
      { key: 'a', name: 'Abbey' },
      { pipeline: { deployTags: known([{ name: 'deploy/prod/20200101-000000', sha: 'a' }]) } },
    );
    expect([old, bad('Birch')].toSorted(compareClients).map(({ client }) => client.key)).toStrictEqual([
      'birch',
      'a',
    ]);
    expect(say([old])).not.toContain('since');
  });

  it('does not depend on the order of reading', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(eight(), { minLength: 9 }), (shuffled) => {
        expect(reportOf(shuffled)).toStrictEqual(reportOf(eight()));
      }),
      { numRuns: 30 },
    );
  });

  it('counts each client once, missing credentials apart', () => {
    expect(countClients(eight())).toStrictEqual({
      judged: 8,
      fail: 3,
      warn: 1,
      pass: 1,
      unknown: 2,
      unchecked: 1,
      notJudged: 1,
    });
  });

  it('a client with missing credentials and another unknown counts as unknown', () => {
    const both = judged(
      {},
      { api: { kind: 'reachable', at: now }, stagingApi: { kind: 'timed-out', at: now } },
    );
    expect(countClients([both])).toMatchObject({ unknown: 1, unchecked: 0 });
  });

  it.each<[string, ClientHealth[], boolean, number]>([
    ['all healthy', [good('Ash'), warned('Elm'), gone('Old')], true, 0],
    ['a failure', [good('Ash'), bad('Birch'), unseen('Cedar')], true, 1],
    ['only unknowns besides', [good('Ash'), unseen('Cedar')], true, 4],
    ['only missing credentials besides', [good('Ash'), unchecked('Cedar')], true, 4],
    ['not finished', [good('Ash')], false, 4],
    ['nothing', [], true, 0],
  ])('exit code with %s', (_what, clients, isFinished, code) => {
    expect(decideExitCode(clients, isFinished)).toBe(code);
  });
});

describe('the report', () => {
  it('survives JSON', () => {
    const report = reportOf(eight());
    expect(HealthReport.parse(JSON.parse(JSON.stringify(report)))).toStrictEqual(report);
    expect(toHealthCheck(report).clients[0]?.observations[0]?.since).toStrictEqual(ago(20 * 60_000));
  });

  it('refuses what is none', () => {
    expect(HealthReport.safeParse({ ...reportOf([]), startedAt: 'yesterday' }).success).toBe(false);
  });

  it('says what began and what came back since the check before', () => {
    const before = reportOf([bad('Ash'), good('Birch'), unseen('Cedar'), bad('Gone')], {
      finishedAt: ago(hourMs),
    });
    const after = reportOf([good('Ash'), bad('Birch'), good('Cedar'), bad('Joined')], {
      previous: [{ reference: '4QX9PA', report: before }],
    });
    expect(after.previous).toStrictEqual({ reference: '4QX9PA', finishedAt: ago(hourMs).toISOString() });
    expect(after.changes.appeared.map(({ name, say: what }) => [name, what])).toStrictEqual([
      ['Birch', 'sign-in refused'],
      ['Joined', 'sign-in refused'],
    ]);
    expect(after.changes.recovered.map(({ name, say: what }) => [name, what])).toStrictEqual([
      ['Ash', 'sign-in refused'],
    ]);
  });

  it('an unknown in between is neither recovery nor new failure, but it is told', () => {
    const hidden = judged(
      { key: 'ash', name: 'Ash' },
      { api: { kind: 'timed-out', at: now }, since: ago(hourMs) },
    );
    const first = reportOf([bad('Ash')]);
    const second = reportOf([hidden], { previous: [{ reference: 'A', report: first }] });
    const third = reportOf([bad('Ash')], { previous: [{ reference: 'B', report: second }] });
    const over = reportOf([good('Ash')], { previous: [{ reference: 'B', report: second }] });
    const told = { key: 'ash', criterion: 'api' };
    expect(second.changes).toMatchObject({ appeared: [], recovered: [], hidden: [told], visible: [] });
    expect(third.changes).toMatchObject({ appeared: [], recovered: [], hidden: [], visible: [told] });
    expect(over.changes.recovered).toMatchObject([{ ...told, say: 'API failing' }]);
  });

  it('compares each client with the newest of several checks that has it, and names none of them', () => {
    const older = reportOf([bad('Ash'), bad('Birch')], { finishedAt: ago(2 * hourMs) });
    const newer = reportOf([good('Ash')], { finishedAt: ago(hourMs) });
    const previous = [
      { reference: 'B', report: newer },
      { reference: 'A', report: older },
    ];
    const report = reportOf([bad('Ash'), bad('Birch')], { previous });
    expect(report.changes.appeared.map(({ name }) => name)).toStrictEqual(['Ash']);
    expect(report.previous).toStrictEqual({ reference: null, finishedAt: ago(2 * hourMs).toISOString() });
  });

  it('of an earlier version is read all the same', () => {
    const { githubTrouble, changes, ...old } = reportOf(eight());
    const { appeared, recovered } = changes;
    expect(HealthReport.parse({ ...old, changes: { appeared, recovered } })).toStrictEqual(reportOf(eight()));
    expect(githubTrouble).toBeNull();
  });
});
