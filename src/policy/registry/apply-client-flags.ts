/** From the flags of `add-client` and `edit-client` to a whole client, or to every fault at once. Whether others have the same repository or channel is asked by `find-clashes.ts`. */
import type { z } from 'zod';
import { showValue } from '../../config/show-value.ts';
import { clientFields, type FlagPlace, parseClientField } from './client-fields.ts';
import {
  ClientId,
  RegistryClient,
  type RegistryEnvironment,
  toCanonicalClient,
} from './registry-document.ts';

export interface FlagFault {
  /** `--tier`, or `id`. */
  readonly flag: string;
  /** As shown; null where it is missing or hidden. */
  readonly value: string | null;
  readonly allowed: string;
  readonly example: string;
  readonly say: string;
}

export type FlaggedClient =
  | { readonly kind: 'client'; readonly client: RegistryClient }
  | { readonly kind: 'faulty'; readonly faults: readonly FlagFault[] };

/** By flag name without dashes: `{ 'deploy-workflow': 'acuops-deploy.yml' }`. */
export type ClientFlags = Readonly<Record<string, string | undefined>>;

const idExample = 'acme';

const toFlagFault = (
  flag: string,
  value: string | null,
  allowed: string,
  example: string,
  what: string,
): FlagFault => ({
  flag,
  value,
  allowed,
  example,
  say: `${flag} ${what}. Allowed: ${allowed}. Example: ${flag.startsWith('--') ? `${flag} ${example}` : example}.`,
});

type Values = ReadonlyMap<string, unknown>;

const readFlags = (
  flags: ClientFlags,
  place: FlagPlace,
): { readonly values: Values; readonly faults: FlagFault[] } => {
  const values = new Map<string, unknown>();
  const faults: FlagFault[] = [];
  for (const { flag, example, hide } of clientFields) {
    const text = flags[flag];
    if (text === undefined) continue;
    const parsed = parseClientField(flag, text, place);
    if (parsed?.kind === 'parsed') values.set(flag, parsed.value);
    else if (parsed !== null) {
      const value = hide ? null : showValue(text);
      const what = value === null ? 'is not that (value hidden)' : `is ${value}`;
      faults.push(toFlagFault(`--${flag}`, value, parsed.allowed, example, what));
    }
  }
  return { values, faults };
};

const findMissing = (flags: ClientFlags): FlagFault[] =>
  clientFields
    .filter(({ flag, required }) => required && flags[flag] === undefined)
    .map(({ flag, allowed, example }) => toFlagFault(`--${flag}`, null, allowed, example, 'is missing'));

const ofEnvironment = ['url', 'tenant', 'username-ref', 'password-ref'];

type Known = RegistryClient | null;

/** A new environment needs address and tenant; half a credential is none. The schema says so. */
const toEnvironments = (known: Known, values: Values): readonly unknown[] => {
  const environments = known?.environments ?? [];
  const name = values.get('environment') ?? 'production';
  const branch = values.get('branch');
  const before = environments.find((environment) => environment.name === name);
  const others = environments.filter((environment) => environment.name !== name);
  const isTouched = ofEnvironment.some((flag) => values.has(flag));
  const list = isTouched ? [...others, toEnvironment(before, name, values)] : environments;
  return branch === undefined
    ? list
    : list.map((environment) =>
        environment.name === 'production' ? { ...environment, branch } : environment,
      );
};

interface RawEnvironment {
  readonly name: unknown;
  readonly [field: string]: unknown;
}

/** The old fields, and over them those whose flag was given. */
const override = (
  old: object | undefined | null,
  flags: Readonly<Record<string, string>>,
  values: Values,
): object => ({
  ...old,
  ...Object.fromEntries(
    Object.entries(flags).flatMap(([field, flag]) =>
      values.has(flag) ? [[field, values.get(flag)] as const] : [],
    ),
  ),
});

const toEnvironment = (
  before: RegistryEnvironment | undefined,
  name: unknown,
  values: Values,
): RawEnvironment => {
  const pair = override(before?.credentials, { username: 'username-ref', password: 'password-ref' }, values);
  const isEmpty = Object.values(pair).every((reference) => reference === null);
  return {
    ...override(before, { url: 'url', tenant: 'tenant' }, values),
    name,
    credentials: isEmpty ? null : pair,
  };
};

const ofClient = {
  name: 'name',
  repo: 'repo',
  tier: 'tier',
  timezone: 'timezone',
  status: 'status',
  reference: 'reference',
  slack: 'channel',
  contacts: 'contacts',
};
const ofWorkflows = { deploy: 'deploy-workflow', ci: 'ci-workflows', branch: 'branch' };
const ofThresholds = {
  deployWarnDays: 'deploy-warn-days',
  deployFailDays: 'deploy-fail-days',
  ciFailStreak: 'ci-fail-streak',
};

const toRaw = (id: string, known: Known, values: Values): object => ({
  ...override(known, ofClient, values),
  id,
  workflows: override(known?.workflows, ofWorkflows, values),
  thresholds: override(known?.thresholds, ofThresholds, values),
  environments: toEnvironments(known, values),
});

/** Where the schema refuses what the flags make together, the flag that a person would mend. */
const toFlagName = (path: readonly PropertyKey[]): string => {
  const field = String(path.at(-1));
  const names: Readonly<Record<string, string>> = {
    username: 'username-ref',
    password: 'password-ref',
    deployWarnDays: 'deploy-warn-days',
    deployFailDays: 'deploy-fail-days',
    slack: 'channel',
    user: 'contacts',
  };
  return names[field] ?? field;
};

const toSchemaFault = ({ path, message, code }: z.core.$ZodIssue): FlagFault => {
  const flag = toFlagName(path);
  const example = clientFields.find((field) => field.flag === flag)?.example ?? idExample;
  const what = code === 'invalid_type' ? 'is needed too' : 'does not go with the rest';
  return toFlagFault(`--${flag}`, null, message, example, what);
};

/** `known` is the client as it is, null for a new one. */
export const applyClientFlags = (
  id: string,
  known: Known,
  flags: ClientFlags,
  place: FlagPlace,
): FlaggedClient => {
  const { values, faults } = readFlags(flags, place);
  if (known === null) faults.push(...findMissing(flags));
  const judged = ClientId.safeParse(id);
  const allowed = judged.error?.issues[0]?.message;
  if (allowed !== undefined)
    faults.unshift(toFlagFault('id', showValue(id), allowed, idExample, `is ${showValue(id)}`));
  if (faults.length > 0) return { kind: 'faulty', faults };
  const client = RegistryClient.safeParse(toRaw(id, known, values));
  return client.success
    ? { kind: 'client', client: toCanonicalClient(client.data) }
    : {
        kind: 'faulty',
        faults: client.error.issues.map(toSchemaFault),
      };
};
