/** Gate facts of any kind, known and unknown, sensible and not, for tests that hold of all of them. */
import * as fc from 'fast-check';
import type { GateFacts } from '../../../src/policy/deploy/gates.ts';
import type { ApiFact, Fact } from '../../../src/policy/health/facts.ts';
import { ago, asked, known, now, signedIn } from '../health/sample-facts.ts';
import {
  change,
  check,
  gateFacts,
  instance,
  liveSha,
  past,
  settings,
  source,
  wantedSha,
  workflowFile,
} from './sample-gate-facts.ts';

const arbitraryMoment = fc.date({
  min: ago(400 * 86_400_000),
  max: new Date(now.getTime() + 60_000),
  noInvalidDate: true,
});
const arbitraryUnknown = fc.record({
  kind: fc.constant('unknown' as const),
  reason: fc.constantFrom(
    'no-access' as const,
    'rate-limited' as const,
    'unavailable' as const,
    'held-back' as const,
  ),
  say: fc.string(),
  until: fc.option(arbitraryMoment, { nil: undefined }),
});
const arbitraryFact = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.tuple(value, arbitraryMoment).map(([one, at]) => known(one, at)) },
    { weight: 1, arbitrary: arbitraryUnknown },
  );
const word = fc.oneof(
  fc.constantFrom('Heritage', 'Addon', 'acuops.yaml', 'success', 'failure', 'active'),
  fc.string(),
);
const words = fc.array(word, { maxLength: 8 });
const sha = fc.constantFrom(wantedSha, liveSha, 'c'.repeat(40));
export const arbitraryEnvironment = fc.constantFrom('production' as const, 'staging' as const);

const arbitraryApi: fc.Arbitrary<ApiFact> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(signedIn) },
  fc.constant(asked({ kind: 'refused' })),
  fc.constant(asked({ kind: 'wrong-tenant' })),
  fc.constant(asked({ kind: 'unexpected', status: 502, excerpt: '' })),
  arbitraryMoment.map((since) => ({ kind: 'publishing' as const, since, runUrl: null, at: now })),
  arbitraryMoment.map((until) => ({ kind: 'session-held' as const, until, at: now })),
  arbitraryMoment.map((refusedAt) => ({ kind: 'credential-held' as const, refusedAt, at: now })),
  fc.constant({ kind: 'reachable' as const, at: now }),
);

const arbitrarySource = fc.record({
  commit: arbitraryFact(sha.map((one) => ({ sha: one, title: '', author: '', isVerified: true }))),
  change: fc.option(
    arbitraryFact(
      fc
        .record({
          standing: fc.constantFrom(
            'identical' as const,
            'ahead' as const,
            'behind' as const,
            'diverged' as const,
          ),
          aheadBy: fc.nat(),
          behindBy: fc.nat(),
          files: words,
          areFilesCut: fc.boolean(),
        })
        .map(change),
    ),
  ),
  onBranch: fc.option(arbitraryFact(fc.boolean())),
  checks: arbitraryFact(
    fc.array(
      fc
        .tuple(word, fc.option(word), fc.option(fc.constantFrom(1, 2)))
        .map(([name, end, runId]) => ({ ...check(name, end), runId })),
      { maxLength: 7 },
    ),
  ),
  workflow: arbitraryFact(
    fc.option(
      fc
        .record({
          isDispatchable: fc.boolean(),
          doesMerge: fc.option(fc.boolean()),
          unpinned: words,
          isOpaque: fc.option(word),
        })
        .map(workflowFile),
    ),
  ),
  engines: arbitraryFact(fc.constant([])),
});

export const arbitraryFacts: fc.Arbitrary<GateFacts> = fc
  .record({
    environment: arbitraryEnvironment,
    client: fc
      .record({ hasStaging: fc.boolean(), zone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'Nowhere/Land') })
      .map((over) => ({ ...gateFacts().client, ...over })),
    source: arbitrarySource.map(source),
    deployRunIds: arbitraryFact(fc.subarray([1, 2])),
    settings: arbitraryFact(
      fc
        .record({
          known: words,
          cooldownMinutes: fc.nat(100),
          businessHours: fc.record({ start: fc.nat(24), end: fc.nat(24) }),
        })
        .map(settings),
    ),
    manifest: arbitraryFact(fc.option(words)),
    projects: arbitraryFact(words),
    past: arbitraryFact(
      fc.array(
        fc
          .record({
            sha,
            environment: fc.option(arbitraryEnvironment),
            outcome: fc.constantFrom(
              'success' as const,
              'failure' as const,
              'rolled-back' as const,
              'cancelled' as const,
              'running' as const,
              'unread' as const,
            ),
            at: arbitraryMoment,
          })
          .map((over) => past(900, over)),
        { maxLength: 14 },
      ),
    ),
    olderDeploys: fc.option(arbitraryUnknown),
    live: arbitraryFact(fc.option(sha.map((one) => ({ sha: one, ref: one, at: now })))),
    instance: fc
      .record({
        api: arbitraryApi,
        published: arbitraryFact(words.map((projects) => ({ projects }))),
        testTenant: fc.option(arbitraryApi.map((api) => ({ tenant: 'Test', api }))),
      })
      .map(instance),
    testTenant: arbitraryFact(fc.option(word)),
    workflowState: arbitraryFact(fc.option(word)),
    inputs: fc.option(
      fc.oneof(
        fc.constant({ kind: 'planned' as const }),
        word.map((say) => ({ kind: 'impossible' as const, say })),
      ),
    ),
    killswitch: arbitraryFact(fc.option(word)),
  })
  .map(gateFacts);
