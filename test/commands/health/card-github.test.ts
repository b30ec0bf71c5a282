/** The card while GitHub does not help: one line names the cause, what was seen is still told, and nothing is said twice. */
import { describe, expect, it } from 'vitest';
import { toPlainText } from '../../../src/blocks/plain.ts';
import { sayStamp } from '../../../src/blocks/time.ts';
import { type HealthView, renderHealthCard } from '../../../src/commands/health/blocks.ts';
import { toClientHealth } from '../../../src/policy/health/client-health.ts';
import type {
  ClientHealth,
  Criterion,
  Fact,
  HealthClient,
  PipelineFacts,
} from '../../../src/policy/health/facts.ts';
import type { HealthReport } from '../../../src/policy/health/report.ts';
import { ago, ciRun, hourMs, known, now, run, samplePipeline } from '../../policy/health/sample-facts.ts';
import { judged, refused, reportOf, sampleView } from './sample-reports.ts';

const read = (report: HealthReport, over: Partial<HealthView> = {}): string[] =>
  toPlainText(renderHealthCard(report, { ...sampleView, ...over })).split('\n');

type Unknown = Extract<Fact<never>, { kind: 'unknown' }>;
const away: Unknown = { kind: 'unknown', reason: 'unavailable', say: 'GitHub answered 502' };
const toHidden = (fact: Unknown) => ({ workflows: fact, runs: fact, deployTags: fact });
const names = ['Aster', 'Kestrel', 'Norrland', 'Pacific', 'Juniper', 'Quill'];
const others = (fact: Unknown | null): ClientHealth[] =>
  names.map((name) =>
    judged({ key: name.toLowerCase(), name }, { pipeline: fact === null ? {} : toHidden(fact) }),
  );
const bayline: Partial<HealthClient> = { key: 'bayline', name: 'Bayline Foods' };
const redCi = {
  runs: known([run(999), ciRun(998, 'failure'), ciRun(997, 'failure'), ciRun(996, 'failure')]),
};
const since = ago(20 * 60_000);

const fleetSeen = (): ClientHealth[] => [
  judged({}, { api: refused, since }),
  judged(bayline, { pipeline: redCi, since }),
  ...others(null),
];
/** As the store would have kept it: the clock of one criterion runs, seen or not. */
const withClock = (health: ClientHealth, criterion: Criterion): ClientHealth =>
  toClientHealth(
    health.client,
    health.observations.map((one) => ({ ...one, since: one.criterion === criterion ? since : null })),
  );
const fleetHidden = (fact: Unknown): ClientHealth[] => [
  withClock(judged({}, { api: refused, pipeline: { deployTags: fact } }), 'api'),
  withClock(judged(bayline, { pipeline: toHidden(fact) }), 'ci'),
  ...others(fact),
];

describe('eight clients while GitHub is away', () => {
  const before = [{ reference: '4QX9PA', report: reportOf(fleetSeen(), { finishedAt: ago(hourMs) }) }];
  const card = read(reportOf(fleetHidden(away), { previous: before }));

  it('read from the verdict down to the age of the facts', () => {
    expect(card).toStrictEqual([
      '❌ 1 of 8 needs you: Heritage Fabrics P1, sign-in refused since 01:40 CST; 8 not fully checked, 1 of them failing before: GitHub answered 502',
      '🔗 GitHub answered 502: Workflow, Last deploy and CI of 8 of 8 clients unknown; their API was checked',
      '→ check again in some minutes; if it stays, look at githubstatus.com',
      'No longer known: Last deploy of Heritage Fabrics; Workflow, Last deploy, CI of 7 clients',
      'since check 4QX9PA, 2026-11-20 01:00 CST',
      'P1 · Heritage Fabrics (premium) · answer by 2026-11-20 05:40 CST',
      '❌ API: sign-in refused, since 2026-11-20 01:40 CST',
      '→ ask the client for a new API password, store it, then check again',
      '❔ Last deploy: unknown',
      "[I'm on it]",
      'P1 · Bayline Foods (premium) · answer by 2026-11-20 05:40 CST',
      '❔ CI: unknown, was failing since 2026-11-20 01:40 CST',
      '❔ Workflow, Last deploy: unknown',
      "[I'm on it]",
      '❔ unknown: Aster, Juniper, Kestrel, Norrland, Pacific, Quill',
      'Unknown: we could not look. It says nothing about the client.',
      '❌ 1 failing · ❔ 7 unknown',
      'Checked 2026-11-20 02:00 CST · unknown: Workflow, CI of 7 clients; Last deploy of 8 clients · the other facts fresh · all clients · 7F3K2M',
      '[Check again] [Details of … ▾] [Note]',
    ]);
  });

  it('are known again when it is back, and that is told', () => {
    const hidden = [{ reference: '9ABCDE', report: reportOf(fleetHidden(away)) }];
    const back = read(reportOf(fleetSeen(), { previous: hidden }));
    expect(back[1]).toBe(
      'Known again: Last deploy of Heritage Fabrics; Workflow, Last deploy, CI of 7 clients',
    );
  });

  it('are all in the file too where the card has no room', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      judged({ key: `c${index}`, name: `Client c${index}` }, { pipeline: toHidden(away) }),
    );
    const message = renderHealthCard(reportOf(many), sampleView);
    expect(toPlainText(message).match(/see the file/gu)).toHaveLength(1);
    expect(message.file?.content).toContain(
      'GitHub answered 502: Workflow, Last deploy and CI of 30 of 30 clients unknown; their API was checked. Next: check again',
    );
  });
});

it('a refused token is told once, with who can mend it', () => {
  const fact: Unknown = { kind: 'unknown', reason: 'no-access', say: 'GitHub refused the token (401)' };
  const card = read(reportOf(others(fact)));
  expect(card.slice(1, 3)).toStrictEqual([
    '🔗 GitHub refused the token (401): Workflow, Last deploy and CI of 6 of 6 clients unknown; their API was checked',
    '→ an admin: ask doctor, then renew the token or the App key, or give it access to these repositories',
  ]);
  expect(card.join('\n')).not.toMatch(/registry|correct its name/u);
});

describe("GitHub's limit", () => {
  const limitedUntil = new Date(now.getTime() + 2 * 60_000);
  const limited: Unknown = {
    kind: 'unknown',
    reason: 'rate-limited',
    say: "GitHub's limit is reached",
    until: limitedUntil,
  };
  const toOld = (at: Date): Partial<PipelineFacts> => {
    const facts = samplePipeline();
    const asOf = { observedAt: at, limitedUntil };
    return {
      workflows: { ...facts.workflows, ...asOf },
      runs: { ...facts.runs, ...asOf },
      deployTags: { ...facts.deployTags, ...asOf },
    };
  };

  it.each([30_000, 3 * hourMs])('is told where facts of %i ms ago stand in: never fresh', (ms) => {
    const card = read(reportOf([judged(bayline, { pipeline: toOld(ago(ms)) })]));
    const at = sayStamp(ago(ms), sampleView.zone);
    expect(card.slice(0, 3)).toStrictEqual([
      '✅ Bayline Foods is healthy',
      `🔗 GitHub's limit is reached until 2026-11-20 02:02 CST: Workflow, Last deploy and CI are as of ${at}`,
      '→ check again after that; doctor tells what is left of the limit',
    ]);
    expect(card.join('\n')).not.toContain('fresh');
    expect(card.join('\n')).toMatch(/oldest fact was (30 s|3 h) old/u);
  });

  it('is told once for a fleet of which some is hidden, in the zone of the place, in the file too', () => {
    const old = Array.from({ length: 30 }, (_, index) =>
      judged({ key: `o${index}`, name: `O${index}` }, { pipeline: toOld(ago(hourMs)) }),
    );
    const message = renderHealthCard(reportOf([...others(limited), ...old]), sampleView);
    const line =
      'Workflow, Last deploy and CI of 6 of 36 clients unknown; their API was checked; Workflow, Last deploy and CI of 30 of 36 clients are as of 2026-11-20 01:00 CST';
    expect(toPlainText(message)).toContain(
      `🔗 GitHub's limit is reached until 2026-11-20 02:02 CST: ${line}\n`,
    );
    expect(message.text).toContain("GitHub's limit is reached until 02:02 CST;");
    expect(message.file?.content).toContain(
      `GitHub's limit is reached until 2026-11-20 02:02 CST: ${line}. Next: check again after that`,
    );
  });

  it('of one client that is hidden stands once on its own line, with its end', () => {
    expect(read(reportOf(others(limited).slice(0, 1)))).toContain(
      "❔ Workflow, Last deploy, CI: unknown, GitHub's limit is reached until 2026-11-20 02:02 CST",
    );
  });
});

it('one client tells one reason once, with one step', () => {
  expect(read(reportOf(others(away).slice(0, 1)))).toStrictEqual([
    '❔ Aster could not be fully checked (GitHub answered 502)',
    'First check, nothing to compare with.',
    'Aster (premium)',
    '✅ API: sign-in works',
    '❔ Workflow, Last deploy, CI: unknown, GitHub answered 502',
    '→ check again; if it stays, look at the status page of that service',
    'Checked 2026-11-20 02:00 CST · unknown: Workflow, Last deploy, CI · the other facts fresh · all clients · 7F3K2M',
    '[Check again] [Details] [Note]',
  ]);
});

it('a failing client without a deadline stays listed while nobody sees it, with --failed too', () => {
  const crate = judged(
    { key: 'crate', name: 'Pacific Crate', tier: 'self-service' },
    { pipeline: toHidden(away) },
  );
  const report = reportOf([withClock(crate, 'workflow'), ...others(null)]);
  for (const failedOnly of [false, true])
    expect(read(report, { failedOnly })).toContain(
      '❔ Workflow: unknown, GitHub answered 502, was failing since 2026-11-20 01:40 CST',
    );
});

it('--failed of one client that cannot be seen does not say that nothing fails', () => {
  expect(read(reportOf(others(away).slice(0, 1)), { failedOnly: true })).toContain(
    'Nothing of it that could be seen fails.',
  );
});

it('the step of a one-line client is for the problem that stands before it', () => {
  const mixed = judged(
    { key: 'a', name: 'a' },
    { api: { kind: 'timed-out', at: now }, pipeline: { workflows: away } },
  );
  const warned = ['d', 'e', 'f', 'g'].map((key) =>
    judged({ key, name: key }, { pipeline: { runs: known([run(999), ciRun(998, 'failure')]) } }),
  );
  expect(read(reportOf([mixed, ...warned])).find((line) => line.startsWith('a '))).toBe(
    'a ❔ API: unknown, timed out → check again ❔ Workflow: unknown, GitHub answered 502',
  );
});
