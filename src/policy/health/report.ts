/**
 * One health check as it is stored and handed around: `HealthReport` is plain JSON (moments as ISO strings), `HealthCheck` the
 * same with Dates. Judging, ordering and saying are left to the neighbours.
 */
import { z } from 'zod';
import { Instant } from '../../operations/instant.ts';

const defineObservation = <T extends z.ZodType>(instant: T) =>
  z.object({
    criterion: z.enum(['last-deploy', 'ci', 'workflow', 'api']),
    subject: z.string().optional(),
    verdict: z.enum(['pass', 'warn', 'fail', 'unknown']),
    cause: z.string(),
    say: z.string(),
    next: z.string().nullable(),
    url: z.string().nullable(),
    observedAt: instant,
    limitedUntil: instant.optional(),
    askedAt: instant.optional(),
    since: instant.nullable(),
    moment: z.object({ word: z.enum(['since', 'until', 'at']), at: instant }).optional(),
    connection: z.boolean().optional(),
    host: z.string().optional(),
  });

/** One observation with its clock, as stored (moments as ISO strings) and as judged (Dates). */
export const StoredObservation = defineObservation(Instant);

const defineReport = <T extends z.ZodType>(instant: T) => {
  const observation = defineObservation(instant);
  const client = z.object({
    targetId: z.string(),
    key: z.string(),
    name: z.string(),
    repo: z.string(),
    tier: z.enum(['premium', 'standard', 'self-service']),
    status: z.enum(['active', 'offboarding', 'archived']),
    zone: z.string(),
  });
  const change = z.object({
    key: z.string(),
    name: z.string(),
    criterion: observation.shape.criterion,
    subject: z.string().optional(),
    say: z.string(),
  });
  return z.object({
    schema: z.literal('acuops.health/1'),
    /** What was asked for, as a person says it: "all clients", "premium clients", "Heritage Fabrics". */
    scope: z.string(),
    startedAt: instant,
    /** Null while the check runs. */
    finishedAt: instant.nullable(),
    progress: z.object({ done: z.int().min(0), total: z.int().min(0) }),
    /** Worst first. While the check runs: those judged so far. */
    clients: z
      .array(
        z.object({
          client,
          state: z.enum(['pass', 'warn', 'fail', 'unknown', 'not-judged']),
          observations: z.array(observation).readonly(),
          priority: z.enum(['P1', 'P2', 'critical', 'none']),
          respondBy: instant.nullable(),
        }),
      )
      .readonly(),
    /**
     * What this check is compared with: the finished one of the same clients before it, or, where there is none, the last one of
     * each client; then no single check has a name, and the time is of the oldest.
     */
    previous: z.object({ reference: z.string().nullable(), finishedAt: instant }).nullable(),
    /** Against `previous`; all empty at the first check. `hidden` was known then and is unknown now, `visible` the other way round. */
    changes: z.object({
      appeared: z.array(change).readonly(),
      recovered: z.array(change).readonly(),
      // Earlier versions of the desk left reports without these.
      hidden: z.array(change).readonly().default([]),
      visible: z.array(change).readonly().default([]),
    }),
    commonCause: z
      .object({
        kind: z.enum(['network', 'host', 'acumatica', 'unclear']),
        failing: z.int(),
        probed: z.int(),
        host: z.string().nullable(),
        say: z.string(),
        next: z.string(),
      })
      .nullable(),
    /** Why the pipelines of several clients cannot be seen, where it is one reason. */
    githubTrouble: z
      .object({
        kind: z.enum(['away', 'limited', 'refused', 'not-set-up']),
        /** What GitHub answered, or did not: "GitHub answered 502". */
        say: z.string(),
        /** A moment that belongs to `say`: when GitHub's limit ends. */
        until: instant.optional(),
        /** What cannot be seen for it: "CI of 3 of 8 clients unknown"; empty where nothing is. */
        hides: z.string(),
        /** How many clients that is. */
        clients: z.int(),
        /** What is known from before only: "Workflow and CI of 3 of 8 clients are", as of between these. */
        old: z.object({ say: z.string(), from: instant, to: instant }).optional(),
        next: z.string(),
      })
      .nullable()
      .default(null),
    exitCode: z.union([z.literal(0), z.literal(1), z.literal(4)]),
  });
};

export const HealthReport = defineReport(z.iso.datetime());
export type HealthReport = z.infer<typeof HealthReport>;

const HealthCheck = defineReport(Instant);
export type HealthCheck = z.output<typeof HealthCheck>;
export type CheckedClient = HealthCheck['clients'][number];
export type CheckedObservation = CheckedClient['observations'][number];
export type Change = HealthCheck['changes']['appeared'][number];
export type CommonCause = NonNullable<HealthCheck['commonCause']>;
export type GithubTrouble = NonNullable<HealthCheck['githubTrouble']>;

/** Through JSON, so that fields that are there but undefined do not make a fresh report differ from a stored one. */
export const toHealthReport = (check: HealthCheck): HealthReport =>
  JSON.parse(JSON.stringify(HealthCheck.encode(check))) as HealthReport;

/** @throws ZodError where a stored report is not one. */
export const toHealthCheck = (report: HealthReport): HealthCheck => HealthCheck.decode(report);
