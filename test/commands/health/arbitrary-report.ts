/** Any report a check could leave behind, with names, causes and links that try to break out. */
import * as fc from 'fast-check';
import { assembleReport } from '../../../src/policy/health/assemble-report.ts';
import { toClientHealth } from '../../../src/policy/health/client-health.ts';
import { type ClientHealth, type ClockedObservation, criteria } from '../../../src/policy/health/facts.ts';
import type { HealthReport } from '../../../src/policy/health/report.ts';
import { hostileText } from '../../blocks/hostile-text.ts';
import { dayMs, now, sampleClient } from '../../policy/health/sample-facts.ts';

const moment = fc.integer({ min: -60, max: 1 }).map((days) => new Date(now.getTime() + days * dayMs));
const url = fc.oneof(
  fc.constant(null),
  hostileText,
  hostileText.map((path) => `https://github.example/${path}`),
);

const observation: fc.Arbitrary<ClockedObservation> = fc.record(
  {
    criterion: fc.constantFrom(...criteria),
    verdict: fc.constantFrom('pass', 'warn', 'fail', 'unknown'),
    cause: fc.constantFrom('sign-in-refused', 'sign-in-not-checked', 'timed-out', 'no-access'),
    say: hostileText,
    next: fc.option(hostileText),
    url,
    observedAt: moment,
    since: fc.option(moment),
    subject: fc.option(hostileText, { nil: undefined }),
    moment: fc.option(fc.record({ word: fc.constantFrom('since', 'until', 'at'), at: moment }), {
      nil: undefined,
    }),
    connection: fc.option(fc.boolean(), { nil: undefined }),
    host: fc.option(hostileText, { nil: undefined }),
  },
  { requiredKeys: ['criterion', 'verdict', 'cause', 'say', 'next', 'url', 'observedAt', 'since'] },
);

const client: fc.Arbitrary<Omit<ClientHealth, 'client'> & { client: ClientHealth['client'] }> = fc
  .record({
    name: hostileText,
    repo: hostileText,
    tier: fc.constantFrom('premium', 'standard', 'self-service'),
    status: fc.constantFrom('active', 'active', 'active', 'offboarding', 'archived'),
    observations: fc.array(observation, { maxLength: 8 }),
  })
  .map(({ observations, ...over }) => toClientHealth(sampleClient(over), observations));

/** Up to a few hundred clients made out of a few, each under its own key. */
const fleet = fc
  .tuple(fc.array(client, { maxLength: 6 }), fc.constantFrom(1, 1, 1, 3, 20))
  .map(([clients, times]) =>
    Array.from({ length: times }, () => clients)
      .flat()
      .map((health, index) => ({
        ...health,
        client: { ...health.client, key: `key-${index}`, targetId: `id-${index}` },
      })),
  );

const control = fc.constantFrom('reachable', 'unreachable', 'not-asked');

export const arbitraryReport: fc.Arbitrary<HealthReport> = fc
  .record({
    clients: fleet,
    before: fc.option(fleet),
    scope: hostileText,
    isFinished: fc.boolean(),
    more: fc.nat(9),
    control,
  })
  .map(({ clients, before, scope, isFinished, more, control: answer }) => {
    const base = { scope, startedAt: now, control: answer };
    const report =
      before === null
        ? null
        : assembleReport({ ...base, clients: before, total: before.length, finishedAt: now, previous: [] });
    return assembleReport({
      ...base,
      clients,
      total: clients.length + (isFinished ? 0 : more),
      finishedAt: isFinished ? now : null,
      previous: report === null ? [] : [{ reference: '4QX9PA', report }],
    });
  });
