/** One deploy as it is stored and handed around: what it would change, what its gates say, what would be dispatched. Saying it is left to the command. */
import { z } from 'zod';
import { Instant } from '../../operations/instant.ts';
import { gateNames } from './facts.ts';
import { DeployPlan } from './plan.ts';

const Verdict = z.enum(['pass', 'warn', 'fail', 'unknown']);

const StoredGate = z.object({
  name: z.enum(gateNames),
  verdict: Verdict,
  cause: z.string(),
  say: z.string(),
  moment: z.object({ word: z.enum(['since', 'until', 'at']), at: Instant }).nullable(),
  next: z.string().nullable(),
  url: z.string().nullable(),
  observedAt: Instant,
});

const Person = z.object({ team: z.string(), user: z.string() });

const Commit = z.object({ sha: z.string(), title: z.string(), author: z.string(), isVerified: z.boolean() });

/** How many commits, authors, pull requests and earlier deploys a report keeps. */
export const kept = { commits: 10, authors: 10, pulls: 10, past: 5 };

export const DeployReport = z.object({
  schema: z.literal('acuops.deploy/1'),
  client: z.object({ targetId: z.string(), key: z.string(), name: z.string(), zone: z.string() }),
  environment: z.enum(['production', 'staging']),
  /** As it was asked for. */
  ref: z.string(),
  /** Ends with the plan: nobody is asked, nothing is started. */
  isDryRun: z.boolean(),
  /**
   * `looking` while facts are gathered, `checking` while they are gathered again after people agreed; `blocked` where a gate fails or
   * is unknown, or the plan is not whole; `ready` where nothing is in the way; then what became of the question.
   */
  state: z.enum([
    'looking',
    'ready',
    'blocked',
    'waiting',
    'checking',
    'approved',
    'rejected',
    'withdrawn',
    'expired',
  ]),
  startedAt: Instant,
  /** When the facts were together; null while they are gathered. */
  gatheredAt: Instant.nullable(),
  commit: Commit.nullable(),
  live: z.object({ sha: z.string(), at: Instant }).nullable(),
  /** Against what is live; null where nothing is live or the difference is not known. */
  change: z
    .object({
      standing: z.enum(['identical', 'ahead', 'behind', 'diverged']),
      aheadBy: z.int(),
      behindBy: z.int(),
      commits: z.array(Commit).readonly(),
      authors: z.array(z.string()).readonly(),
      pulls: z.array(z.object({ number: z.int(), title: z.string(), url: z.string() })).readonly(),
      files: z.int(),
      areFilesCut: z.boolean(),
      url: z.string(),
    })
    .nullable(),
  /** In the order they are judged. Empty while facts are gathered. */
  gates: z.array(StoredGate).readonly(),
  /** What would be dispatched, and its digest; null where a fact that belongs to it is missing. */
  planned: z.object({ plan: DeployPlan, digest: z.string() }).nullable(),
  /** What keeps the plan from being whole: "the workflow file: GitHub answered 503". */
  missing: z.array(z.string()).readonly(),
  /** Newest first. */
  past: z
    .array(
      z.object({
        outcome: z.enum(['success', 'failure', 'rolled-back', 'cancelled', 'running', 'unread']),
        at: Instant,
        url: z.string(),
      }),
    )
    .readonly(),
  /** Other clients with a tenant on the same site: a publish restarts theirs too. */
  neighbours: z.int(),
  /** Who was asked and what they said; null where nobody was. */
  approval: z
    .object({
      round: z.int(),
      needed: z.int(),
      expiresAt: Instant,
      requester: Person,
      /** User groups that may decide, as Slack knows them. */
      groups: z.array(z.string()).readonly(),
      votes: z
        .array(
          z.object({
            by: Person,
            verdict: z.enum(['approve', 'reject', 'withdraw']),
            reason: z.string().nullable(),
            at: Instant,
          }),
        )
        .readonly(),
      /** What is not as it was when people agreed to the round before. */
      changes: z.array(z.string()).readonly(),
    })
    .nullable(),
});
export type DeployReport = z.infer<typeof DeployReport>;
