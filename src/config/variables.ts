/** Every environment variable that the desk knows, for the reader, the documentation and the list of names no client entry may point at. */

export interface DeskVariable {
  readonly name: string;
  /** Never shown, and may be given as `file:/path` instead. */
  readonly secret: boolean;
  /** As people write it; null where the variable is simply absent. */
  readonly standard: string | null;
  /** What is allowed, as it stands in a fault. */
  readonly allowed: string;
}

const open = <S extends string | null>(name: string, standard: S, allowed: string) => ({
  name,
  secret: false,
  standard,
  allowed,
});
const secret = (name: string, allowed: string): DeskVariable => ({
  name,
  secret: true,
  standard: null,
  allowed,
});

const address = 'an http:// or https:// address without user, password, query or fragment';
const listenAddress = 'an address or host name of this machine, 0.0.0.0 for all of them';
const port = 'a port from 0 to 65535 (0 takes a free one)';

export const variables = {
  DATABASE_URL: secret('DATABASE_URL', 'postgres://user:password@host:5432/database'),
  REDIS_URL: secret('REDIS_URL', 'redis://host:6379 or rediss://user:password@host:6379/0'),
  ACUOPS_DATA: open('ACUOPS_DATA', '.acuops', 'a folder the desk may write to'),
  ACUOPS_ROLES: open('ACUOPS_ROLES', 'all', 'all, or a comma list of bot and worker'),
  SLACK_MODE: open('SLACK_MODE', null, 'socket or http (events is another word for http)'),
  SLACK_BOT_TOKEN: secret('SLACK_BOT_TOKEN', 'the bot token, begins with xoxb-'),
  SLACK_APP_TOKEN: secret('SLACK_APP_TOKEN', 'the app-level token, begins with xapp-'),
  SLACK_SIGNING_SECRET: secret(
    'SLACK_SIGNING_SECRET',
    'the signing secret of "Basic Information", 8 or more characters without spaces',
  ),
  SLACK_API_URL: open('SLACK_API_URL', 'https://slack.com/api/', address),
  SLACK_OPS_CHANNEL: open(
    'SLACK_OPS_CHANNEL',
    null,
    'a channel id such as C0123ABCD, or team and channel, T0123ABCD:C0123ABCD',
  ),
  GITHUB_TOKEN: secret('GITHUB_TOKEN', 'a token without spaces'),
  GITHUB_APP_ID: open('GITHUB_APP_ID', null, 'the number of the GitHub App, for instance 123456'),
  GITHUB_APP_PRIVATE_KEY: secret(
    'GITHUB_APP_PRIVATE_KEY',
    'the RSA private key of the GitHub App in PEM form, line breaks may be written as \\n, or file:/path',
  ),
  GITHUB_APP_INSTALLATION_ID: open(
    'GITHUB_APP_INSTALLATION_ID',
    null,
    'the number of one installation of the GitHub App',
  ),
  GITHUB_API_URL: open('GITHUB_API_URL', 'https://api.github.com', address),
  GITHUB_WEBHOOK_SECRET: secret('GITHUB_WEBHOOK_SECRET', '8 or more characters without spaces'),
  ACUOPS_CLIENTS: open('ACUOPS_CLIENTS', 'acuops-clients.yaml', 'the path of the registry file'),
  ACUOPS_ADMINS: open(
    'ACUOPS_ADMINS',
    null,
    'a comma list of T0123ABCD:U0123ABCD (team and user in Slack) or local:name (the user that the desk runs as, in the terminal of its machine)',
  ),
  ACUOPS_APPROVALS: open(
    'ACUOPS_APPROVALS',
    null,
    'a comma list of tier/environment=how many/minutes, for instance premium/production=2/30m,*/production=1,*/staging=0 (* for all, 0 to 5 approvals, 1 to 1440 minutes)',
  ),
  ACUOPS_ALLOW_PRIVATE: open(
    'ACUOPS_ALLOW_PRIVATE',
    null,
    'a comma list of host names, addresses or networks, for instance erp.internal,10.20.0.0/16',
  ),
  ACUOPS_CONTROL_URL: open('ACUOPS_CONTROL_URL', 'https://www.acumatica.com', address),
  ACUOPS_TIMEZONE: open(
    'ACUOPS_TIMEZONE',
    'UTC',
    'a time zone of the IANA list, for instance America/Chicago, Europe/Berlin or UTC',
  ),
  HOST: open('HOST', '127.0.0.1', listenAddress),
  ACUOPS_HOSTS: open(
    'ACUOPS_HOSTS',
    null,
    'a comma list of host names without port, for instance acuops.example.com,desk.internal',
  ),
  PORT: open('PORT', '3000', port),
  ADMIN_HOST: open('ADMIN_HOST', '127.0.0.1', listenAddress),
  ADMIN_PORT: open('ADMIN_PORT', '3001', `${port}; another one than PORT, where both listen on one address`),
  LOG_LEVEL: open('LOG_LEVEL', 'info', 'trace, debug, info, warn, error, fatal or silent'),
  LEASE_MS: open('LEASE_MS', '15000', 'milliseconds from 500 to 600000'),
  ACUOPS_URL: open('ACUOPS_URL', null, `${address}: where the running desk answers the terminal`),
  ACUOPS_TOKEN: secret('ACUOPS_TOKEN', 'the token that /acuops token gave you, without spaces'),
} as const satisfies Readonly<Record<string, DeskVariable>>;

export type VariableName = keyof typeof variables;

export const deskVariables: readonly DeskVariable[] = Object.values(variables);
