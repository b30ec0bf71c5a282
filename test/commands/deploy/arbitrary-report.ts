/** Any report that planning a deploy could leave behind, with names, titles, causes and links that try to break out. */
import * as fc from 'fast-check';
import { type Gate, gateNames } from '../../../src/policy/deploy/facts.ts';
import { type DeployReport, kept } from '../../../src/policy/deploy/report.ts';
import { hostileText } from '../../blocks/hostile-text.ts';
import { dayMs, now } from '../../policy/health/sample-facts.ts';

const sha = fc.stringMatching(/^[0-9a-f]{40}$/u);
const moment = fc.integer({ min: -60, max: 1 }).map((days) => new Date(now.getTime() + days * dayMs));
const url = fc.oneof(
  hostileText,
  hostileText.map((path) => `https://github.example/${path}`),
);
const person = fc.record({
  team: fc.constantFrom('T0DESK', 'local'),
  user: fc.oneof(hostileText, fc.constant('U0ANN')),
});
const commit = fc.record({ sha, title: hostileText, author: hostileText, isVerified: fc.boolean() });
const count = fc.integer({ min: 0, max: 400 });

const gates: fc.Arbitrary<readonly Gate[]> = fc.tuple(
  ...gateNames.map((name) =>
    fc.record({
      name: fc.constant(name),
      verdict: fc.constantFrom('pass', 'warn', 'fail', 'unknown'),
      cause: fc.constant('cause'),
      say: hostileText,
      moment: fc.option(fc.record({ word: fc.constantFrom('since', 'until', 'at'), at: moment })),
      next: fc.option(hostileText),
      url: fc.option(url),
      observedAt: moment,
    }),
  ),
);

const planned: fc.Arbitrary<DeployReport['planned']> = fc.option(
  fc
    .record({
      sha,
      projects: fc.array(
        hostileText.map((name) => `p${name}`),
        { minLength: 1, maxLength: 8 },
      ),
      engines: fc.array(
        fc.record({ repo: fc.constant('o/engine'), ref: hostileText.map((ref) => `r${ref}`), sha }),
        { maxLength: 4 },
      ),
      merges: fc.option(fc.boolean()),
    })
    .map((over) => ({
      digest: 'd'.repeat(64),
      plan: {
        schema: 'acuops.deploy-plan/1' as const,
        client: { id: 'id', key: 'heritage' },
        environment: 'production' as const,
        instance: { id: 'at', url: 'https://heritage.example.com', tenant: 'Heritage' },
        repo: 'acme/acuops-heritage',
        ref: 'main',
        live: null,
        workflow: { file: 'acuops-deploy.yml', blobSha: 'b'.repeat(40) },
        inputs: {},
        variables: {},
        ...over,
      },
    })),
);

export const arbitraryReport: fc.Arbitrary<DeployReport> = fc.record({
  schema: fc.constant('acuops.deploy/1' as const),
  client: fc.record({
    targetId: fc.constant('id'),
    key: fc.constant('heritage'),
    name: hostileText,
    zone: fc.constantFrom('UTC', 'Nowhere/None'),
  }),
  environment: fc.constantFrom('production', 'staging'),
  ref: hostileText,
  isDryRun: fc.boolean(),
  state: fc.constantFrom(
    'looking',
    'ready',
    'blocked',
    'waiting',
    'checking',
    'approved',
    'rejected',
    'withdrawn',
    'expired',
  ),
  startedAt: moment,
  gatheredAt: fc.option(moment),
  commit: fc.option(commit),
  live: fc.option(fc.record({ sha, at: moment })),
  change: fc.option(
    fc.record({
      standing: fc.constantFrom('identical', 'ahead', 'behind', 'diverged'),
      aheadBy: count,
      behindBy: count,
      commits: fc.array(commit, { maxLength: kept.commits }),
      authors: fc.array(hostileText, { maxLength: 40 }),
      pulls: fc.array(fc.record({ number: count, title: hostileText, url }), { maxLength: kept.pulls }),
      files: count,
      areFilesCut: fc.boolean(),
      url,
    }),
  ),
  gates,
  planned,
  missing: fc.array(hostileText, { maxLength: 12 }),
  past: fc.array(
    fc.record({
      outcome: fc.constantFrom('success', 'failure', 'rolled-back', 'cancelled', 'running', 'unread'),
      at: moment,
      url,
    }),
    { maxLength: kept.past },
  ),
  neighbours: fc.integer({ min: 0, max: 30 }),
  approval: fc.option(
    fc.record({
      round: fc.integer({ min: 1, max: 9 }),
      needed: fc.integer({ min: 1, max: 5 }),
      expiresAt: moment,
      requester: person,
      groups: fc.array(fc.oneof(hostileText, fc.constant('S0APPROVERS')), { maxLength: 8 }),
      votes: fc.array(
        fc.record({
          by: person,
          verdict: fc.constantFrom('approve', 'reject', 'withdraw'),
          reason: fc.option(hostileText),
          at: moment,
        }),
        { maxLength: 9 },
      ),
      changes: fc.array(hostileText, { maxLength: 20 }),
    }),
  ),
});
