/** The environment as a schema: each variable judged by itself. What they mean together is decided in `parse-config.ts`. */
import { createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { explainApprovalSetting, parseApprovalSetting } from './approval-setting.ts';
import type { Admin, DeskRole } from './config.ts';
import { isChannelId, isTeamId, isUserId } from './slack-ids.ts';
import { isTimeZone } from './time-zone.ts';
import { type VariableName, variables } from './variables.ts';
import { parseWebAddress } from './web-address.ts';

const text = (name: VariableName, isAllowed: (value: string) => boolean) =>
  z.string().refine(isAllowed, { error: variables[name].allowed });

/** Words without spaces; a token with a line break in it is a token copied badly. */
const opaque = (name: VariableName, pattern: RegExp) => text(name, (value) => pattern.test(value));

const whole = (name: VariableName, least: number, most: number) =>
  text(
    name,
    (value) => /^\d{1,15}$/.test(value) && Number(value) >= least && Number(value) <= most,
  ).transform(Number);

const webAddress = (name: VariableName) =>
  text(name, (value) => parseWebAddress(value) !== null).transform((value) => parseWebAddress(value) ?? '');

const isServer = (value: string, protocols: readonly string[]): boolean =>
  !/\s/.test(value) && URL.canParse(value) && protocols.includes(new URL(value).protocol);

/** Every item is judged; each wrong one is a fault of its own, which says the item and not the list. */
const list = <T>(
  name: VariableName,
  parseItem: (item: string) => T | null,
  explain: (item: string) => string = () => variables[name].allowed,
) =>
  z.string().transform((value, context): readonly T[] =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .flatMap((item) => {
        const parsed = parseItem(item);
        if (parsed !== null) return [parsed];
        context.addIssue({ code: 'custom', message: explain(item), params: { given: item } });
        return [];
      }),
  );

const parseAdmin = (item: string): Admin | null => {
  const [left = '', right = '', ...rest] = item.split(':');
  if (rest.length > 0) return null;
  if (left === 'local')
    return /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(right) ? { kind: 'local', name: right } : null;
  return isTeamId(left) && isUserId(right) ? { kind: 'slack', team: left, user: right } : null;
};

const isHostName = (value: string): boolean =>
  value.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*$/.test(value);

const isListenAddress = (value: string): boolean => isIP(value) > 0 || isHostName(value);

const parseAllowed = (item: string): string | null => {
  const [address = '', bits, ...rest] = item.split('/');
  if (bits === undefined) return isIP(address) > 0 || isHostName(address) ? item.toLowerCase() : null;
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most ? item.toLowerCase() : null;
};

const parseRole = (item: string): readonly DeskRole[] | null => {
  if (item === 'all') return ['bot', 'worker'];
  return item === 'bot' || item === 'worker' ? [item] : null;
};

const parseOpsChannel = (value: string): { team: string | null; channel: string } | null => {
  const [channel = '', team = null, ...rest] = value.split(':').toReversed();
  return isChannelId(channel) && (team === null || isTeamId(team)) && rest.length === 0
    ? { team, channel }
    : null;
};

const isRsaKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};

const withLineBreaks = (pem: string): string => pem.replaceAll('\\n', '\n');

/** All optional: absence is judged together. Values come trimmed, and never empty. */
export const DeskEnvironment = z.object({
  DATABASE_URL: text('DATABASE_URL', (value) => isServer(value, ['postgres:', 'postgresql:'])).optional(),
  REDIS_URL: text('REDIS_URL', (value) => isServer(value, ['redis:', 'rediss:'])).optional(),
  ACUOPS_DATA: z.string().default(variables.ACUOPS_DATA.standard),
  ACUOPS_ROLES: list('ACUOPS_ROLES', parseRole).default([['bot', 'worker']]),
  SLACK_MODE: z
    .enum(['socket', 'http', 'events'], { error: variables.SLACK_MODE.allowed })
    .transform((mode) => (mode === 'events' ? 'http' : mode))
    .optional(),
  SLACK_BOT_TOKEN: opaque('SLACK_BOT_TOKEN', /^(xoxe\.)?xoxb-[^\s]{4,}$/).optional(),
  SLACK_APP_TOKEN: opaque('SLACK_APP_TOKEN', /^xapp-[^\s]{4,}$/).optional(),
  SLACK_SIGNING_SECRET: opaque('SLACK_SIGNING_SECRET', /^[^\s]{8,}$/).optional(),
  SLACK_API_URL: webAddress('SLACK_API_URL').default('https://slack.com/api'),
  SLACK_OPS_CHANNEL: text('SLACK_OPS_CHANNEL', (value) => parseOpsChannel(value) !== null)
    .transform(parseOpsChannel)
    .optional(),
  GITHUB_TOKEN: opaque('GITHUB_TOKEN', /^[^\s]+$/).optional(),
  GITHUB_APP_ID: whole('GITHUB_APP_ID', 1, Number.MAX_SAFE_INTEGER).optional(),
  GITHUB_APP_PRIVATE_KEY: z
    .string()
    .transform(withLineBreaks)
    .refine(isRsaKey, { error: variables.GITHUB_APP_PRIVATE_KEY.allowed })
    .optional(),
  GITHUB_APP_INSTALLATION_ID: whole('GITHUB_APP_INSTALLATION_ID', 1, Number.MAX_SAFE_INTEGER).optional(),
  GITHUB_API_URL: webAddress('GITHUB_API_URL').default(variables.GITHUB_API_URL.standard),
  GITHUB_WEBHOOK_SECRET: opaque('GITHUB_WEBHOOK_SECRET', /^[^\s]{8,}$/).optional(),
  ACUOPS_CLIENTS: z.string().optional(),
  ACUOPS_ADMINS: list('ACUOPS_ADMINS', parseAdmin).default([]),
  ACUOPS_APPROVALS: list('ACUOPS_APPROVALS', parseApprovalSetting, explainApprovalSetting).default([]),
  ACUOPS_ALLOW_PRIVATE: list('ACUOPS_ALLOW_PRIVATE', parseAllowed).default([]),
  ACUOPS_CONTROL_URL: webAddress('ACUOPS_CONTROL_URL').default(variables.ACUOPS_CONTROL_URL.standard),
  ACUOPS_TIMEZONE: text('ACUOPS_TIMEZONE', isTimeZone).default(variables.ACUOPS_TIMEZONE.standard),
  HOST: text('HOST', isListenAddress).default(variables.HOST.standard),
  ACUOPS_HOSTS: list('ACUOPS_HOSTS', (item) => (isHostName(item) ? item.toLowerCase() : null)).default([]),
  PORT: whole('PORT', 0, 65_535).default(3000),
  ADMIN_HOST: text('ADMIN_HOST', isListenAddress).default(variables.ADMIN_HOST.standard),
  ADMIN_PORT: whole('ADMIN_PORT', 0, 65_535).default(3001),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: variables.LOG_LEVEL.allowed,
    })
    .default('info'),
  LEASE_MS: whole('LEASE_MS', 500, 600_000).default(15_000),
});
export type DeskEnvironment = z.infer<typeof DeskEnvironment>;
