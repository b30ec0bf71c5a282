/** The fields that people set by flags of `add-client` and `edit-client`: how each is read, what is allowed, an example. Usage errors and help follow from here. */
import type { z } from 'zod';
import {
  Branch,
  CiWorkflows,
  ClientName,
  Contact,
  Days,
  EnvironmentName,
  FailStreak,
  InstanceUrl,
  Repo,
  SecretReference,
  SlackPlace,
  Status,
  Tenant,
  Tier,
  TimeZone,
  WorkflowFile,
} from './registry-document.ts';

export interface ClientField {
  /** Without the dashes. */
  readonly flag: string;
  readonly about: string;
  readonly allowed: string;
  readonly example: string;
  /** `add-client` asks for it. */
  readonly required: boolean;
  /** True where `none` takes the value away. */
  readonly clearable: boolean;
  /** A wrong value may be a secret typed by mistake: it is not shown. */
  readonly hide: boolean;
}

type Parsed =
  | { readonly kind: 'parsed'; readonly value: unknown }
  | { readonly kind: 'faulty'; readonly allowed: string };
interface FieldWithParser extends ClientField {
  readonly parse: (text: string, place: FlagPlace) => Parsed;
}

/** What the place of the call adds: a channel named without its team is one of the caller's. */
export interface FlagPlace {
  readonly team: string | null;
}

const judge = (schema: z.ZodType, value: unknown): Parsed => {
  const result = schema.safeParse(value);
  return result.success
    ? { kind: 'parsed', value: result.data }
    : { kind: 'faulty', allowed: result.error.issues[0]?.message ?? 'another value' };
};

const toNumber = (text: string): number => (/^\d{1,6}$/.test(text) ? Number(text) : Number.NaN);
const toWords = (text: string): readonly string[] => text.split(',').map((word) => word.trim());
const yesNo: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };

/** Slack turns `#channel` and `@person` into `<#C…|name>` and `<@U…>`. */
const unwrap = (text: string): string => /^<[#@]([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(text)?.[1] ?? text;

const toPair = (text: string, place: FlagPlace): readonly [team: string | null, id: string | null] => {
  const [left = '', right] = text.split(':');
  if (right !== undefined) return [left, right === '*' ? null : unwrap(right)];
  return [place.team, unwrap(left)];
};

const define = (
  flag: string,
  about: string,
  example: string,
  schema: z.ZodType,
  allowed: string,
  more: Partial<FieldWithParser> = {},
): FieldWithParser => ({
  flag,
  about,
  example,
  allowed,
  required: false,
  clearable: false,
  hide: false,
  parse: (text) => judge(schema, text),
  ...more,
});

const required = { required: true };
const reference = { clearable: true, hide: true };
const number = (schema: z.ZodType): Partial<FieldWithParser> => ({
  parse: (text) => judge(schema, toNumber(text)),
});
const referenceAllowed = 'a reference, env:NAME or file:/absolute/path; never the secret itself';
const file = 'the file name of a workflow';

const fields: readonly FieldWithParser[] = [
  define('name', 'the name people read', '"Acme Tools"', ClientName, '1 to 80 characters', required),
  define('repo', 'the repository on GitHub', 'acme-ops/acuops-acme', Repo, 'owner/name', required),
  define('tier', 'what was agreed', 'premium', Tier, 'premium, standard or self-service', required),
  define('timezone', 'where the client works', 'America/Chicago', TimeZone, 'an IANA time zone', required),
  define(
    'status',
    'whether it is judged',
    'offboarding',
    Status.exclude(['archived'], { error: 'active or offboarding; remove-client archives' }),
    'active or offboarding',
  ),
  define('reference', 'whether it is the reference client', 'yes', Status, 'yes or no', {
    parse: (text) => {
      const value = yesNo[text.toLowerCase()];
      return value === undefined ? { kind: 'faulty', allowed: 'yes or no' } : { kind: 'parsed', value };
    },
  }),
  define(
    'environment',
    'which one --url, --tenant and the references are for',
    'staging',
    EnvironmentName,
    'production (the default) or staging',
  ),
  define(
    'url',
    'the address of the instance',
    'https://acme.example.com/erp',
    InstanceUrl,
    'an http(s) address without user or query',
    required,
  ),
  define('tenant', 'the tenant on the instance', 'Acme', Tenant, '1 to 128 characters', required),
  define(
    'username-ref',
    'where the user name is found',
    'env:ACU_ACME_USER',
    SecretReference,
    referenceAllowed,
    reference,
  ),
  define(
    'password-ref',
    'where the password is found',
    'env:ACU_ACME_PASSWORD',
    SecretReference,
    referenceAllowed,
    reference,
  ),
  define(
    'channel',
    "the client's channel",
    'C0123ABCD',
    SlackPlace,
    'a channel, its id, team:channel, or none',
    {
      clearable: true,
      parse: (text, place) => {
        const [team, channel] = toPair(text, place);
        return judge(SlackPlace, { team, channel });
      },
    },
  ),
  define(
    'contacts',
    'who at the client may ask for its status',
    'T0123ABCD:U0123ABCD,T0456EFGH:*',
    Contact,
    'team:user separated by commas, team:* for everybody there, or none',
    {
      clearable: true,
      parse: (text, place) =>
        judge(
          Contact.array().max(100),
          toWords(text).map((word) => {
            const [team, user] = toPair(word, place);
            return { team, user };
          }),
        ),
    },
  ),
  define('deploy-workflow', 'the workflow that deploys', 'acuops-deploy.yml', WorkflowFile, file),
  define(
    'ci-workflows',
    'the workflows that count as CI',
    'ci.yml,lint.yml',
    CiWorkflows,
    `${file}, or several separated by commas`,
    {
      parse: (text) => judge(CiWorkflows, toWords(text)),
    },
  ),
  define('branch', 'the branch that production runs from', 'main', Branch, 'the name of a branch'),
  define(
    'deploy-warn-days',
    'days without a deploy that still pass',
    '25',
    Days,
    'a whole number from 1 to 365',
    number(Days),
  ),
  define(
    'deploy-fail-days',
    'days without a deploy that still only warn',
    '30',
    Days,
    'a whole number from 1 to 365',
    number(Days),
  ),
  define(
    'ci-fail-streak',
    'failures in a row that fail',
    '3',
    FailStreak,
    'a whole number from 1 to 50',
    number(FailStreak),
  ),
];

export const clientFields: readonly ClientField[] = fields;

/** Null where there is no such flag. */
export const parseClientField = (flag: string, text: string, place: FlagPlace): Parsed | null => {
  const field = fields.find((known) => known.flag === flag);
  if (field === undefined) return null;
  if (field.clearable && text.toLowerCase() === 'none')
    return { kind: 'parsed', value: flag === 'contacts' ? [] : null };
  return field.parse(text, place);
};
