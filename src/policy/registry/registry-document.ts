/**
 * `acuops-clients.yaml` version 1 as a schema. Each message is what is allowed, ready for "Allowed: …"; what holds between clients is in `find-clashes.ts`.
 * Parsed documents have every default filled in, so that "left out" and "written as the default" are the same.
 */
import { z } from 'zod';
import { parseReference } from '../../config/reference.ts';
import { isChannelId, isTeamId, isUserId } from '../../config/slack-ids.ts';
import { isTimeZone, timeZoneAllowed } from '../../config/time-zone.ts';
import { parseWebAddress } from '../../config/web-address.ts';
import { defaultThresholds } from '../health/facts.ts';

export const tiers = ['premium', 'standard', 'self-service'] as const;
export const statuses = ['active', 'offboarding', 'archived'] as const;
export const environmentNames = ['production', 'staging'] as const;

const text = (allowed: string, isAllowed: (value: string) => boolean) =>
  z.string({ error: allowed }).refine(isAllowed, { error: allowed });

const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

/** Control characters, line separators, invisible marks and direction switches: they make one name look like another. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/u;

const isPlain = (value: string, most: number): boolean =>
  value.trim() === value && value !== '' && Array.from(value).length <= most && !unseen.test(value);

/** These words mean something else where a client may be named: `/acuops health premium`. */
const taken: readonly string[] = [...tiers, 'all', 'none'];
export const ClientId = text(
  '2 to 40 of a-z, 0-9 and -, no - at either end, and none of premium, standard, self-service, all, none',
  (value) => /^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$/.test(value) && !taken.includes(value),
);
export const ClientName = text(
  '1 to 80 characters, no control or invisible ones, no space at either end',
  (value) => isPlain(value, 80),
);
export const Repo = text(
  'owner/name as on GitHub, for instance acme-ops/acuops-acme',
  (value) =>
    /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/.test(value) && !/\/\.{1,2}$|\.git$/.test(value),
);
export const Tier = z.enum(tiers, { error: 'premium, standard or self-service' });
export const TimeZone = text(timeZoneAllowed, isTimeZone);
export const Status = z.enum(statuses, { error: 'active, offboarding or archived' });

const Team = text('a Slack team id, T and capitals or digits, for instance T0123ABCD', isTeamId);
const Channel = text(
  'a Slack channel id, C or G and capitals or digits, for instance C0123ABCD',
  isChannelId,
);
const User = text('a Slack user id, U or W and capitals or digits, for instance U0123ABCD', isUserId);
export const SlackPlace = z.strictObject(
  { team: Team, channel: Channel },
  { error: 'team and channel, for instance { team: T0123ABCD, channel: C0123ABCD }' },
);
/** Without a user, everybody of that team. */
export const Contact = z.strictObject(
  { team: Team, user: User.nullable().default(null) },
  { error: 'team and user, for instance { team: T0123ABCD, user: U0123ABCD }' },
);

export const WorkflowFile = text('the file name of a workflow, for instance acuops-deploy.yml', (value) =>
  /^[A-Za-z0-9_.-]{1,96}\.ya?ml$/.test(value),
);
export const Branch = text(
  'the name of a branch, for instance main',
  (value) => /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}$/.test(value) && !/\.\.|\/\/|\/\.|\.lock$|[./]$/.test(value),
);
const ciError = { error: 'a list of 1 to 10 workflow files, for instance [ci.yml]' };
export const CiWorkflows = z.array(WorkflowFile, ciError).min(1, ciError).max(10, ciError);
const Workflows = z.strictObject(
  {
    deploy: WorkflowFile.default('acuops-deploy.yml'),
    ci: CiWorkflows.default(['ci.yml']),
    branch: Branch.default('main'),
  },
  { error: 'deploy, ci and branch' },
);

export const Days = whole(1, 365);
export const FailStreak = whole(1, 50);
const Thresholds = z
  .strictObject(
    {
      deployWarnDays: Days.default(defaultThresholds.deployWarnDays),
      deployFailDays: Days.default(defaultThresholds.deployFailDays),
      ciFailStreak: FailStreak.default(defaultThresholds.ciFailStreak),
    },
    { error: 'deployWarnDays, deployFailDays and ciFailStreak' },
  )
  .refine(({ deployWarnDays, deployFailDays }) => deployWarnDays <= deployFailDays, {
    path: ['deployFailDays'],
    error: `as many days as deployWarnDays or more (left out, they are ${defaultThresholds.deployWarnDays} and ${defaultThresholds.deployFailDays})`,
  });

export const InstanceUrl = text(
  'an https:// or http:// address without user, password, query or fragment, for instance https://acme.example.com/erp',
  (value) => parseWebAddress(value) !== null,
).transform((value) => parseWebAddress(value) ?? value);
export const Tenant = text(
  '1 to 128 characters, no control or invisible ones, no space at either end',
  (value) => isPlain(value, 128),
);
export const SecretReference = z
  .string({ error: 'a reference, env:NAME or file:/absolute/path, in quotes if it looks like a number' })
  .superRefine((value, context) => {
    const parsed = parseReference(value);
    if (parsed.kind === 'faulty') context.addIssue({ code: 'custom', message: parsed.allowed });
  });
export const Credentials = z.strictObject(
  { username: SecretReference, password: SecretReference },
  { error: 'username and password, each as a reference, env:NAME or file:/absolute/path' },
);

export const EnvironmentName = z.enum(environmentNames, { error: 'production or staging' });
const Environment = z.strictObject(
  {
    name: EnvironmentName,
    url: InstanceUrl,
    tenant: Tenant,
    credentials: Credentials.nullable().default(null),
    branch: Branch.optional(),
  },
  { error: 'name, url, tenant, credentials and branch' },
);

const listOf = (what: string) => ({ error: `a list of ${what}` });
export const RegistryClient = z
  .strictObject(
    {
      id: ClientId,
      name: ClientName,
      repo: Repo,
      tier: Tier,
      timezone: TimeZone,
      status: Status.default('active'),
      reference: z.boolean({ error: 'true or false' }).default(false),
      slack: SlackPlace.nullable().default(null),
      contacts: z
        .array(Contact, listOf('contacts, each { team: T…, user: U… }'))
        .max(100, listOf('at most 100 contacts'))
        .default([]),
      workflows: Workflows.prefault({}),
      thresholds: Thresholds.prefault({}),
      environments: z.array(Environment, listOf('environments, production and staging')).default([]),
    },
    { error: 'a client, with id, name, repo, tier, timezone and environments' },
  )
  .transform((client) => ({
    ...client,
    environments: client.environments.map((environment) => ({
      ...environment,
      branch: environment.branch ?? (environment.name === 'production' ? client.workflows.branch : 'staging'),
    })),
  }));
export type RegistryClient = z.infer<typeof RegistryClient>;
export type RegistryEnvironment = RegistryClient['environments'][number];

export const RegistryDocument = z.strictObject(
  {
    version: z.literal(1, { error: '1' }),
    clients: z
      .array(RegistryClient, listOf('clients, perhaps empty: []'))
      .max(5000, listOf('at most 5000 clients')),
  },
  { error: 'version: 1 and clients' },
);
export type RegistryDocument = z.infer<typeof RegistryDocument>;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One order, the same on every machine: clients by id, production before staging, contacts by team and user. */
export const toCanonicalClient = (client: RegistryClient): RegistryClient => ({
  ...client,
  contacts: client.contacts.toSorted(
    (a, b) => compare(a.team, b.team) || compare(a.user ?? '', b.user ?? ''),
  ),
  environments: client.environments.toSorted((a, b) => compare(a.name, b.name)),
});

export const toCanonicalDocument = (document: RegistryDocument): RegistryDocument => ({
  version: 1,
  clients: document.clients.map(toCanonicalClient).toSorted((a, b) => compare(a.id, b.id)),
});
