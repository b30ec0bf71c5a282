import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../../src/blocks/limits.ts';
import type { RenderedMessage } from '../../../src/blocks/message.ts';
import { toPlainText } from '../../../src/blocks/plain.ts';
import { type HealthView, renderHealthCard, toHealthJson } from '../../../src/commands/health/blocks.ts';
import type { HealthReport } from '../../../src/policy/health/report.ts';
import { ago, ciRun, hourMs, known, now, run, unknownFact } from '../../policy/health/sample-facts.ts';
import { findPressables } from './pressables.ts';
import { eight, fiveHundred, judged, refused, reportOf, sampleView, timedOut } from './sample-reports.ts';

const render = (report: HealthReport, over: Partial<HealthView> = {}): RenderedMessage =>
  renderHealthCard(report, { ...sampleView, ...over });
const read = (report: HealthReport, over: Partial<HealthView> = {}): string =>
  toPlainText(render(report, over));

const labels = (message: RenderedMessage): string[] => findPressables(message).map(({ label }) => label);

describe('eight clients', () => {
  it('read from the verdict down to the buttons', () => {
    const before = reportOf(
      [judged({ key: 'quill', name: 'Quill Paper' }, { api: refused }), judged({}), ...eight().slice(1, 7)],
      { finishedAt: ago(hourMs) },
    );
    const claims = [{ targetKey: 'kestrel', by: '<@U0ONCALL>', at: ago(60_000) }];
    const card = read(reportOf(eight(), { previous: [{ reference: '4QX9PA', report: before }] }), { claims });
    expect(card.split('\n')).toStrictEqual([
      '❌ 3 of 8 need you, worst: Heritage Fabrics P1, sign-in refused since 01:40 CST',
      'New: Heritage Fabrics (sign-in refused)',
      'Recovered: Quill Paper (was: sign-in refused)',
      'since check 4QX9PA, 2026-11-20 01:00 CST',
      'P1 · Heritage Fabrics (premium) · answer by 2026-11-20 05:40 CST',
      '❌ API: sign-in refused, since 2026-11-20 01:40 CST',
      '→ ask the client for a new API password, store it, then check again',
      "[I'm on it]",
      'P1 · Boreal Timber (standard) · answer by 2026-11-20 10:00 CST',
      '❌ Deploy workflow switched off by GitHub, repository inactive, since 2026-11-20 02:00 CST',
      '→ enable acuops-deploy.yml on GitHub · Open (https://github.example/wf)',
      "[I'm on it]",
      'P2 · Kestrel Supply (standard) · ⏰ overdue, answer was due 2026-11-20 01:00 CST',
      '❌ CI failed 3 times in a row (acuops-ci.yml), since 2026-11-19 17:00 CST',
      '→ open the failed run and read its log · Open (https://github.example/runs/998)',
      '🙋 @U0ONCALL is on it since 2026-11-20 01:59 CST',
      'Marina & Sons <Ltd>',
      '❔ Workflow: unknown, GitHub answered 503',
      '→ check again; if it stays, look at the status page of that service',
      'Orchard Foods',
      '❔ API: unknown, reachable, sign-in not checked',
      'Pacific Glass',
      '❔ API (staging): unknown, not asked: publishing since 2026-11-20 01:55 CST',
      '→ wait for the deploy to finish, then check again · Open (https://github.example/runs/5)',
      'Summit Tools',
      '⚠️ Last deploy 27 days ago, limit 30',
      '→ agree a deploy with the client, or find out why none is wanted · Open (https://github.example/runs/999)',
      'Unknown: we could not look. It says nothing about the client.',
      '✅ healthy: Quill Paper',
      '➖ not judged: Relic Motors (offboarding)',
      '❌ 3 failing · ❔ 2 unknown · ❔ 1 reachable, sign-in not checked · ⚠️ 1 with a warning · ✅ 1 healthy · ➖ 1 not judged',
      'Checked 2026-11-20 02:00 CST · unknown: API of 1 client; Workflow of 1 client · the other facts fresh · all clients · 7F3K2M',
      '[Check again] [Details of … ▾] [Note]',
    ]);
  });

  it('fit without a file', () => {
    const message = render(reportOf(eight()));
    expect(message.file).toBeUndefined();
    expect(message.text).toBe('3 of 8 need you, worst: Heritage Fabrics P1, sign-in refused since 01:40 CST');
  });

  it('with --failed list only the failing, and say so', () => {
    const card = read(reportOf(eight()), { failedOnly: true });
    expect(card).not.toContain('Marina');
    expect(card).not.toContain('Quill');
    expect(card).toContain('Only failing clients are listed; 6 others are in the counts.');
    expect(read(reportOf(eight().slice(0, 4)), { failedOnly: true })).toContain(
      'Only failing clients are listed; 1 other is in the counts.',
    );
    expect(card).toContain('❔ 2 unknown');
  });

  it('say why the picture may be old', () => {
    expect(read(reportOf(eight()), { stale: 'GitHub is away since 01:00' }).split('\n')[1]).toBe(
      '⚠️ GitHub is away since 01:00',
    );
  });
});

describe('nothing is left out in silence', () => {
  it('failing clients alone bring the file when they are too many', () => {
    const message = render(reportOf(fiveHundred().slice(0, 60)));
    const card = toPlainText(message);
    const named = new Set(card.match(/Client number \d+ of/g)).size;
    expect(card).toContain(`${60 - named} of 60 clients are not named here`);
    expect(card).toContain(`… and ${60 - named} more like these`);
    expect(message.file?.content.match(/client-\d+ /g)).toHaveLength(60);
  });

  it('a long cause is shown by its beginning', () => {
    const health = judged({}, { api: refused });
    const observations = health.observations.map((entry) => ({
      ...entry,
      say: `gateway <b>${'&'.repeat(400)}`,
    }));
    expect(read(reportOf([{ ...health, observations }]))).toMatch(/\n❌ API: gateway <b>&+…, since 2026/);
  });

  it('in the file a client is one row whatever its texts', () => {
    const clients = fiveHundred()
      .slice(0, 60)
      .map((health) => ({ ...health, client: { ...health.client, name: 'Two\nlines\u202E' } }));
    const rows =
      render(reportOf(clients))
        .file?.content.split('\n')
        .filter((line) => line.includes('Two')) ?? [];
    expect(rows.filter((row) => row.includes('Two lines  client-'))).toHaveLength(60);
  });

  it('so do changes that the line has no room for', () => {
    const names = Array.from({ length: 7 }, (_, index) => ({ key: `c${index}`, name: `Client c${index}` }));
    const before = reportOf(names.map((name) => judged(name, { api: refused })));
    const message = render(
      reportOf(
        names.map((name) => judged(name)),
        { previous: [{ reference: '4QX9PA', report: before }] },
      ),
    );
    expect(toPlainText(message)).toMatch(/Recovered: .*Client c4 \(was: sign-in refused\) and 2 more/);
    expect(message.file?.content).toContain('- Client c6: API, sign-in refused');
  });

  it('long texts shorten the choice of clients, never break the message', () => {
    const say = '&'.repeat(300);
    const clients = fiveHundred().map((health) => ({
      ...health,
      observations: health.observations.map((entry) => ({ ...entry, say, next: say })),
    }));
    const previous = [{ reference: '4QX9PA', report: reportOf([]) }];
    const message = render(reportOf(clients, { previous }), { stale: say });
    expect(checkMessage(message.blocks, message.text)).toStrictEqual([]);
    const details = findPressables(message).find(({ actionId }) => actionId === 'acuops:health:details');
    expect(details?.values.length).toBeLessThan(100);
    expect(details?.label).toBe(`Details of … (first ${details?.values.length} of 500)`);
  });
});

describe('one client', () => {
  it('is shown whole even when healthy', () => {
    expect(read(reportOf([judged({})], { scope: 'Heritage Fabrics' })).split('\n')).toStrictEqual([
      '✅ Heritage Fabrics is healthy',
      'First check, nothing to compare with.',
      'Heritage Fabrics (premium)',
      '✅ API: sign-in works',
      '✅ Deploy workflow enabled',
      '✅ Last deploy 1 day ago',
      '✅ CI passes (acuops-ci.yml)',
      'Checked 2026-11-20 02:00 CST · all facts fresh · Heritage Fabrics · 7F3K2M',
      '[Check again] [Details] [Note]',
    ]);
  });

  it('has "I\'m on it" in the row, until somebody is', () => {
    const report = reportOf([judged({}, { api: refused })]);
    expect(labels(render(report))).toStrictEqual(["I'm on it", 'Check again', 'Details', 'Note']);
    const claims = [{ targetKey: 'heritage', by: 'Ann <!channel>', at: now }];
    expect(labels(render(report, { claims }))).toStrictEqual(['Check again', 'Details', 'Note']);
    expect(read(report, { claims })).toContain('🙋 Ann <!channel> is on it since 2026-11-20 02:00 CST');
  });

  it('with --failed shows what of it fails, and of a healthy one says that nothing does', () => {
    const failing = judged({}, { api: refused, pipeline: { workflows: unknownFact } });
    expect(
      read(reportOf([failing]), { failedOnly: true })
        .split('\n')
        .slice(2, -2),
    ).toStrictEqual([
      'P1 · Heritage Fabrics (premium) · answer by 2026-11-20 05:59 CST',
      '❌ API: sign-in refused, since 2026-11-20 01:59 CST',
      '→ ask the client for a new API password, store it, then check again',
      'Only what fails is listed.',
    ]);
    expect(
      read(reportOf([judged({})]), { failedOnly: true })
        .split('\n')
        .slice(0, -2),
    ).toStrictEqual([
      '✅ Heritage Fabrics is healthy',
      'First check, nothing to compare with.',
      'Nothing of it fails.',
    ]);
  });

  it('that left is compared with nothing, whatever was asked', () => {
    const left = [judged({ status: 'archived' })];
    const previous = [{ reference: '4QX9PA', report: reportOf([judged({})]) }];
    for (const card of [read(reportOf(left), { failedOnly: true }), read(reportOf(left, { previous }))])
      expect(card.split('\n')).toStrictEqual([
        '➖ Heritage Fabrics is archived: not judged',
        'Checked 2026-11-20 02:00 CST · all clients · 7F3K2M',
        '[Check again] [Details] [Note]',
      ]);
  });

  it('offboarding is named and not judged', () => {
    expect(read(reportOf([judged({ status: 'offboarding' })]))).toMatch(
      /^➖ .* is being offboarded: not judged/,
    );
  });
});

describe('states of the card', () => {
  it('running shows progress and nothing to start again', () => {
    const message = render(reportOf(eight().slice(0, 3), { finishedAt: null, total: 8 }));
    expect(toPlainText(message)).toContain('▓▓▓░░░░░░░ 3 of 8');
    expect(labels(message)).not.toContain('Check again');
    expect(labels(render(reportOf([], { finishedAt: null, total: 8 })))).toStrictEqual([]);
  });

  it('before it is known how much there is shows no figures and no bar', () => {
    const begun = read(reportOf([], { finishedAt: null, total: 0 }));
    expect(begun.split('\n')[0]).toBe('⏳ Checking all clients');
    expect(begun).not.toMatch(/▓|0 of 0/u);
  });

  it('of clients never checked together says so; of each one’s last check, how old the oldest is', () => {
    const two = () => [judged({}), judged({ key: 'b', name: 'Birch' })];
    expect(read(reportOf(two()))).toContain(
      'First check of these clients together, nothing to compare with.',
    );
    const previous = two().map((client, index) => ({
      reference: `A${index}`,
      report: reportOf([client], { finishedAt: ago((index + 1) * hourMs) }),
    }));
    expect(read(reportOf(two(), { previous }))).toContain(
      'No new failure and none recovered since the last check of each client, the oldest 2026-11-20 00:00 CST.',
    );
  });

  it('superseded has nothing to press and says by what', () => {
    const message = render(reportOf(eight()), { supersededBy: '9ABCDE' });
    expect(findPressables(message)).toStrictEqual([]);
    expect(message.text).toMatch(/^Superseded by 9ABCDE, older picture: 3 of 8 need you/);
    expect(toPlainText(message).split('\n')[0]).toBe(`⏭️ ${message.text}`);
  });

  it('an unknown client is neither green nor blamed', () => {
    const card = read(reportOf([judged({ name: 'Ash' }, { api: { kind: 'timed-out', at: now } })]));
    expect(card).toMatch(/^❔ Ash could not be fully checked \(timed out\)/);
    expect(card).not.toMatch(/❌|needs you|healthy/);
  });

  it('an unknown with a running clock keeps its deadline', () => {
    const hidden = judged({ name: 'Ash' }, { api: { kind: 'timed-out', at: now }, since: ago(hourMs) });
    const card = read(reportOf([hidden, judged({ key: 'b', name: 'Birch' })]));
    expect(card).toContain('P1 · Ash (premium) · answer by 2026-11-20 05:00 CST');
    expect(card).toContain('❔ API: unknown, timed out, was failing since 2026-11-20 01:00 CST');
  });

  it('no news is said, with the check it is compared with', () => {
    const report = reportOf(eight(), { previous: [{ reference: '4QX9PA', report: reportOf(eight()) }] });
    expect(read(report)).toContain(
      'No new failure and none recovered since check 4QX9PA, 2026-11-20 02:00 CST.',
    );
  });

  it('one common cause comes right after the verdict', () => {
    const down = ['a', 'b', 'c'].map((key) => judged({ key, name: key }, { api: timedOut }));
    expect(
      read(reportOf(down, { control: 'unreachable' }))
        .split('\n')
        .slice(1, 3),
    ).toStrictEqual([
      '🔗 Probably one cause: our own network. 3 of 3 clients do not answer, nor does the control host',
      "→ check the desk's own network and firewall before calling any client",
    ]);
  });

  it('tells the age of old facts', () => {
    const old = judged({}, { pipeline: { runs: known([run(999), ciRun(998, 'success')], ago(4 * 60_000)) } });
    expect(read(reportOf([old]))).toContain('oldest fact was 4 min old');
  });
});

it('the JSON is the report with verdict and counts', () => {
  const report = reportOf(eight());
  const json = JSON.parse(JSON.stringify(toHealthJson(report))) as Record<string, unknown>;
  expect(json).toMatchObject({ ...report, counts: { judged: 8, fail: 3 } });
  expect(json['verdict']).toBe(
    '3 of 8 need you, worst: Heritage Fabrics P1, sign-in refused since 2026-11-20T07:40:00.000Z',
  );
});
