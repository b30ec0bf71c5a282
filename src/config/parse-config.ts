/** From the environment's words to configuration and secrets, or to every fault at once. Reads nothing; `read-config.ts` does. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { findVainApprovals } from './approval-setting.ts';
import type { Config, ConfigFault, DeskRole, GithubConfig, Secrets, SlackConfig } from './config.ts';
import { toConfigFault, toSchemaFaults } from './config-fault.ts';
import { DeskEnvironment } from './environment-schema.ts';
import { deskVariables, type VariableName, variables } from './variables.ts';

export type ParsedConfig =
  | {
      readonly kind: 'configured';
      readonly config: Config;
      readonly secrets: Secrets;
      /** Lawful, but probably not what was meant. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigFault[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable is an absent one: compose files pass them so. */
export const cleanEnvironment = (env: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    deskVariables.flatMap(({ name }) => {
      const value = env[name]?.trim() ?? '';
      return value === '' ? [] : [[name, value] as const];
    }),
  );

const missing = (name: VariableName, because: string): ConfigFault =>
  toConfigFault(name, undefined, `${variables[name].allowed}. ${because}`);

type Set = (name: VariableName) => boolean;
type Mode = 'socket' | 'http' | 'unclear' | null;

/** By what is set, so that a wrong token is one fault and not two. */
const decideMode = (isSet: Set, stated: Mode): Mode => {
  if (isSet('SLACK_MODE')) return stated;
  if (isSet('SLACK_APP_TOKEN')) return 'socket';
  return isSet('SLACK_SIGNING_SECRET') ? 'http' : null;
};

const toRoles = (named: DeskEnvironment['ACUOPS_ROLES']): readonly DeskRole[] =>
  (['bot', 'worker'] as const).filter((role) => named.flat().includes(role));

const findSlackFaults = (isSet: Set, mode: Mode, roles: readonly DeskRole[]): ConfigFault[] => {
  const faults: ConfigFault[] = [];
  if (!isSet('SLACK_BOT_TOKEN')) faults.push(missing('SLACK_BOT_TOKEN', 'Every role posts cards with it'));
  if (!roles.includes('bot')) return faults;
  if (mode === 'socket' && !isSet('SLACK_APP_TOKEN'))
    faults.push(missing('SLACK_APP_TOKEN', 'SLACK_MODE socket needs it'));
  if (mode === 'http' && !isSet('SLACK_SIGNING_SECRET'))
    faults.push(missing('SLACK_SIGNING_SECRET', 'SLACK_MODE http needs it'));
  if (mode === null)
    faults.push(
      missing(
        'SLACK_MODE',
        'Set SLACK_APP_TOKEN (socket) or SLACK_SIGNING_SECRET (http), and the mode follows',
      ),
    );
  return faults;
};

const findGithubFaults = (isSet: Set): ConfigFault[] => {
  const faults: ConfigFault[] = [];
  const [id, key] = [isSet('GITHUB_APP_ID'), isSet('GITHUB_APP_PRIVATE_KEY')];
  if (id && !key) faults.push(missing('GITHUB_APP_PRIVATE_KEY', 'GITHUB_APP_ID is set and needs it'));
  if (!id && key) faults.push(missing('GITHUB_APP_ID', 'GITHUB_APP_PRIVATE_KEY is set and needs it'));
  if (!id && !key && isSet('GITHUB_APP_INSTALLATION_ID'))
    faults.push(missing('GITHUB_APP_ID', 'GITHUB_APP_INSTALLATION_ID is set and needs it'));
  return faults;
};

/** Faults between variables. Each is read by itself here, since another's fault must not hide these. */
const findFaultsBetween = (env: Readonly<Record<string, string>>): ConfigFault[] => {
  const isSet: Set = (name) => env[name] !== undefined;
  const { shape } = DeskEnvironment;
  const roles = shape.ACUOPS_ROLES.safeParse(env['ACUOPS_ROLES']);
  const stated = shape.SLACK_MODE.safeParse(env['SLACK_MODE']);
  const mode = decideMode(isSet, stated.data ?? 'unclear');
  const faults = [...findSlackFaults(isSet, mode, toRoles(roles.data ?? [])), ...findGithubFaults(isSet)];
  if (roles.data?.length === 0)
    faults.push(toConfigFault('ACUOPS_ROLES', env['ACUOPS_ROLES'], variables.ACUOPS_ROLES.allowed));
  if (toRoles(roles.data ?? []).includes('bot')) faults.push(...findPortFaults(env));
  return faults;
};

const findPortFaults = (env: Readonly<Record<string, string>>): ConfigFault[] => {
  const { PORT, ADMIN_PORT, HOST, ADMIN_HOST } = DeskEnvironment.shape;
  const port = ADMIN_PORT.safeParse(env['ADMIN_PORT']).data;
  const [host, adminHost] = [HOST.safeParse(env['HOST']).data, ADMIN_HOST.safeParse(env['ADMIN_HOST']).data];
  const isSame = port !== 0 && port !== undefined && PORT.safeParse(env['PORT']).data === port;
  if (!isSame || host === undefined || adminHost === undefined || !isOverlapping(host, adminHost)) return [];
  return [toConfigFault('ADMIN_PORT', String(port), variables.ADMIN_PORT.allowed)];
};

/** What a host listens on: `::` takes the addresses of version 4 too. A name other than `localhost` is one of version 4, until the start tells better. */
const isOverlapping = (one: string, other: string): boolean => {
  const covers = (wide: string, narrow: string): boolean =>
    wide === narrow ||
    wide === '::' ||
    (wide === '0.0.0.0' && isIP(narrow) !== 6) ||
    (wide === 'localhost' && ['127.0.0.1', '::1'].includes(narrow));
  return covers(one, other) || covers(other, one);
};

const findWarnings = (env: Environment, values: DeskEnvironment): string[] => {
  const known: readonly string[] = deskVariables.map(({ name }) => name);
  const unknown = Object.keys(env)
    .filter((name) => name.startsWith('ACUOPS_') && !known.includes(name))
    .toSorted();
  const warnings = unknown.map((name) => `${name} is set, but no variable of that name is known here.`);
  if (values.ACUOPS_ADMINS.length === 0)
    warnings.push(
      'ACUOPS_ADMINS is empty: nobody may change the registry, roles or the killswitch until it names one.',
    );
  if (values.GITHUB_TOKEN === undefined && values.GITHUB_APP_ID === undefined)
    warnings.push('No GITHUB_TOKEN and no GITHUB_APP_ID: workflows, runs and deploys stay unknown.');
  if (values.GITHUB_TOKEN !== undefined && values.GITHUB_APP_ID !== undefined)
    warnings.push('GITHUB_TOKEN and GITHUB_APP_ID are both set: the App is used.');
  return [...warnings, ...findVainApprovals(values.ACUOPS_APPROVALS)];
};

/** `postgres://user:password@host/db` → `postgres://host/db`, without the query, which may hold a password too. */
const toShown = (address: string): string => {
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
};

const toGithub = (values: DeskEnvironment): GithubConfig | null => {
  const apiUrl = values.GITHUB_API_URL;
  if (values.GITHUB_APP_ID !== undefined) {
    const installationId = values.GITHUB_APP_INSTALLATION_ID ?? null;
    return { signIn: { kind: 'app', appId: values.GITHUB_APP_ID, installationId }, apiUrl };
  }
  return values.GITHUB_TOKEN === undefined ? null : { signIn: { kind: 'token' }, apiUrl };
};

const toSlack = (values: DeskEnvironment, mode: SlackConfig['mode']): SlackConfig => ({
  mode,
  apiUrl: `${values.SLACK_API_URL}/`,
  opsChannel: values.SLACK_OPS_CHANNEL ?? null,
});

const toConfig = (
  values: DeskEnvironment,
  roles: readonly DeskRole[],
  mode: SlackConfig['mode'],
  cwd: string,
): Config => ({
  roles,
  dataFolder: resolve(cwd, values.ACUOPS_DATA),
  database:
    values.DATABASE_URL === undefined
      ? { kind: 'embedded' }
      : { kind: 'external', shown: toShown(values.DATABASE_URL) },
  redis: values.REDIS_URL === undefined ? null : { shown: toShown(values.REDIS_URL) },
  slack: toSlack(values, mode),
  github: toGithub(values),
  githubWebhooks: roles.includes('bot') && values.GITHUB_WEBHOOK_SECRET !== undefined,
  clientsFile: {
    path: resolve(cwd, values.ACUOPS_CLIENTS ?? variables.ACUOPS_CLIENTS.standard),
    named: values.ACUOPS_CLIENTS !== undefined,
  },
  admins: values.ACUOPS_ADMINS,
  approvals: values.ACUOPS_APPROVALS,
  allowPrivate: values.ACUOPS_ALLOW_PRIVATE,
  controlUrl: values.ACUOPS_CONTROL_URL,
  timeZone: values.ACUOPS_TIMEZONE,
  host: values.HOST,
  hosts: values.ACUOPS_HOSTS,
  port: values.PORT,
  adminHost: values.ADMIN_HOST,
  adminPort: values.ADMIN_PORT,
  logLevel: values.LOG_LEVEL,
  leaseMs: values.LEASE_MS,
});

/** Only what the roles and the mode use: what is not held cannot leak. */
const toSecrets = (values: DeskEnvironment, { slack, github, githubWebhooks }: Config): Secrets => {
  const keep = (isUsed: boolean, value: string | undefined): string | null =>
    isUsed ? (value ?? null) : null;
  return {
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    slackBotToken: values.SLACK_BOT_TOKEN ?? '',
    slackAppToken: keep(slack.mode === 'socket', values.SLACK_APP_TOKEN),
    slackSigningSecret: keep(slack.mode === 'http', values.SLACK_SIGNING_SECRET),
    githubToken: keep(github?.signIn.kind === 'token', values.GITHUB_TOKEN),
    githubAppPrivateKey: keep(github?.signIn.kind === 'app', values.GITHUB_APP_PRIVATE_KEY),
    githubWebhookSecret: keep(githubWebhooks, values.GITHUB_WEBHOOK_SECRET),
  };
};

/** `cwd` is what relative paths start from. */
export const parseConfig = (given: Environment, cwd: string): ParsedConfig => {
  const env = cleanEnvironment(given);
  const parsed = DeskEnvironment.safeParse(env);
  const faults = [...toSchemaFaults(parsed.error?.issues ?? [], env), ...findFaultsBetween(env)];
  if (!parsed.success || faults.length > 0) return { kind: 'faulty', faults };
  const roles = toRoles(parsed.data.ACUOPS_ROLES);
  const mode = decideMode((name) => env[name] !== undefined, parsed.data.SLACK_MODE ?? null);
  const takesCommands = roles.includes('bot') && mode !== 'unclear';
  const config = toConfig(parsed.data, roles, takesCommands ? mode : null, cwd);
  const secrets = toSecrets(parsed.data, config);
  return { kind: 'configured', config, secrets, warnings: findWarnings(given, parsed.data) };
};
