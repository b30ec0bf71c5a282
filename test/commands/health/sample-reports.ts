/** Reports of small and large fleets, made by the same judging as the real ones. */
import { assembleReport, type ReportInput } from '../../../src/policy/health/assemble-report.ts';
import { judgeClient } from '../../../src/policy/health/client-health.ts';
import type {
  ApiFact,
  ClientHealth,
  ClockedObservation,
  HealthClient,
  PipelineFacts,
  Tier,
} from '../../../src/policy/health/facts.ts';
import type { HealthReport } from '../../../src/policy/health/report.ts';
import {
  ago,
  asked,
  ciRun,
  dayMs,
  hourMs,
  job,
  jobs,
  known,
  now,
  production,
  run,
  sampleClient,
  samplePipeline,
  signedIn,
  staging,
} from '../../policy/health/sample-facts.ts';

export const judged = (
  client: Partial<HealthClient>,
  facts: { api?: ApiFact; stagingApi?: ApiFact; pipeline?: Partial<PipelineFacts>; since?: Date } = {},
): ClientHealth => {
  const base = {
    client: sampleClient(client),
    pipeline: samplePipeline(facts.pipeline),
    apis: [
      production(facts.api ?? signedIn, `${client.key ?? 'heritage'}.example.com`),
      ...(facts.stagingApi === undefined ? [] : [staging(facts.stagingApi)]),
    ],
    now,
  };
  const first = judgeClient({ ...base, previous: [] });
  const { since } = facts;
  if (since === undefined) return first;
  const previous: ClockedObservation[] = first.observations.map((entry) => ({
    ...entry,
    since: entry.verdict === 'pass' ? null : since,
  }));
  return judgeClient({ ...base, previous });
};

export const refused = asked({ kind: 'refused' }, ago(40_000));
export const timedOut = asked({ kind: 'timeout', afterMs: 10_000 });

/** Eight clients in which every verdict occurs. */
export const eight = (): ClientHealth[] => [
  judged({ key: 'heritage', name: 'Heritage Fabrics' }, { api: refused, since: ago(20 * 60_000) }),
  judged(
    { key: 'kestrel', name: 'Kestrel Supply', tier: 'standard', zone: 'Europe/London' },
    {
      pipeline: {
        runs: known([run(999), ciRun(998, 'failure'), ciRun(997, 'failure'), ciRun(996, 'timed_out')]),
      },
      since: ago(9 * hourMs),
    },
  ),
  judged(
    { key: 'boreal', name: 'Boreal Timber', tier: 'standard' },
    {
      pipeline: {
        workflows: known([
          { file: 'acuops-deploy.yml', state: 'disabled_inactivity', url: 'https://github.example/wf' },
        ]),
      },
    },
  ),
  judged(
    { key: 'summit', name: 'Summit Tools', tier: 'self-service' },
    { pipeline: { deployJobs: jobs(job(999, { completedAt: ago(27 * dayMs) })) } },
  ),
  judged(
    { key: 'marina', name: 'Marina & Sons <Ltd>' },
    { pipeline: { workflows: { kind: 'unknown', reason: 'unavailable', say: 'GitHub answered 503' } } },
  ),
  judged(
    { key: 'orchard', name: 'Orchard Foods', tier: 'self-service' },
    { api: { kind: 'reachable', at: now } },
  ),
  judged(
    { key: 'pacific', name: 'Pacific Glass', tier: 'standard' },
    {
      stagingApi: {
        kind: 'publishing',
        since: ago(300_000),
        runUrl: 'https://github.example/runs/5',
        at: now,
      },
    },
  ),
  judged({ key: 'quill', name: 'Quill Paper' }),
  judged({ key: 'relic', name: 'Relic Motors', status: 'offboarding' }),
];

const tiers: readonly Tier[] = ['premium', 'standard', 'self-service'];

/** 500 clients, 300 of them failing in different ways. */
export const fiveHundred = (): ClientHealth[] =>
  Array.from({ length: 500 }, (_, index) => {
    const client = {
      key: `client-${index}`,
      name: `Client number ${index} of the great fleet`,
      tier: tiers[index % 3] ?? 'standard',
    };
    if (index >= 300) return judged(client, index % 10 === 0 ? { api: { kind: 'timed-out', at: now } } : {});
    return judged(client, { api: index % 2 === 0 ? refused : timedOut, since: ago(index * 60_000) });
  });

export const reportOf = (clients: readonly ClientHealth[], over: Partial<ReportInput> = {}): HealthReport =>
  assembleReport({
    scope: 'all clients',
    startedAt: ago(12_000),
    finishedAt: now,
    total: clients.length,
    clients,
    control: 'reachable',
    previous: [],
    ...over,
  });

export const sampleView = {
  now: new Date(now.getTime() + 2000),
  zone: 'America/Chicago',
  spokenId: '7F3K2M',
  cardId: '0193b1f0-0000-7000-8000-000000000001',
  version: 3,
  claims: [],
  failedOnly: false,
} as const;
