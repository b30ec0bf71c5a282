import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/config/parse-config.ts';
import { readConfig, renderConfigFaults } from '../../src/config/read-config.ts';
import { deskVariables } from '../../src/config/variables.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const slack = { SLACK_BOT_TOKEN: 'xoxb-bot-secret', SLACK_APP_TOKEN: 'xapp-app-secret' };
const files: Readonly<Record<string, string>> = { '/run/bot': 'xoxb-from-file\n', '/run/empty': '\n' };

const read = (env: Environment) =>
  readConfig({
    env,
    cwd: '/desk',
    readText: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`no ${path}`);
      return text;
    },
    findFileTrouble: () => null,
  });
const good = (env: Environment) => {
  const result = read(env);
  if (result.kind === 'faulty') throw new Error(renderConfigFaults(result.faults));
  return result;
};
const faultsOf = (env: Environment) => {
  const result = read(env);
  return result.kind === 'faulty' ? result.faults : [];
};
const named = (env: Environment) => faultsOf(env).map(({ variable }) => variable);

test('the least that is needed, and every default', () => {
  expect(good(slack).config).toEqual({
    roles: ['bot', 'worker'],
    dataFolder: '/desk/.acuops',
    database: { kind: 'embedded' },
    redis: null,
    slack: { mode: 'socket', apiUrl: 'https://slack.com/api/', opsChannel: null },
    github: null,
    githubWebhooks: false,
    clientsFile: { path: '/desk/acuops-clients.yaml', named: false },
    admins: [],
    approvals: [],
    allowPrivate: [],
    controlUrl: 'https://www.acumatica.com',
    timeZone: 'UTC',
    host: '127.0.0.1',
    hosts: [],
    port: 3000,
    adminHost: '127.0.0.1',
    adminPort: 3001,
    logLevel: 'info',
    leaseMs: 15_000,
  });
});

test('an empty variable is an absent one, and blanks around a value do not count', () => {
  expect(good({ ...slack, DATABASE_URL: '', PORT: ' 8080 ' }).config).toMatchObject({
    database: { kind: 'embedded' },
    port: 8080,
  });
});

describe('how commands come in', () => {
  test.each([
    [{ SLACK_APP_TOKEN: 'xapp-1-abc' }, 'socket'],
    [{ SLACK_SIGNING_SECRET: '12345678' }, 'http'],
    [{ SLACK_APP_TOKEN: 'xapp-1-abc', SLACK_SIGNING_SECRET: '12345678' }, 'socket'],
    [{ SLACK_APP_TOKEN: 'xapp-1-abc', SLACK_SIGNING_SECRET: '12345678', SLACK_MODE: 'http' }, 'http'],
    [{ SLACK_SIGNING_SECRET: '12345678', SLACK_MODE: 'events' }, 'http'],
  ])('%j → %s', (env, mode) => {
    const { config, secrets } = good({ SLACK_BOT_TOKEN: 'xoxb-bot-1', ...env });
    expect(config.slack.mode).toBe(mode);
    // Only the secret of the way that is used.
    expect([secrets.slackAppToken === null, secrets.slackSigningSecret === null]).toEqual([
      mode === 'http',
      mode === 'socket',
    ]);
  });
  test.each([
    [{}, ['SLACK_MODE']],
    [{ SLACK_MODE: 'socket' }, ['SLACK_APP_TOKEN']],
    [{ SLACK_MODE: 'http', SLACK_APP_TOKEN: 'xapp-1-abc' }, ['SLACK_SIGNING_SECRET']],
    [{ SLACK_MODE: 'rtm' }, ['SLACK_MODE']],
    [{ SLACK_APP_TOKEN: 'xoxb-mixed-up' }, ['SLACK_APP_TOKEN']],
    [{ SLACK_APP_TOKEN: 'xapp-1-abc', SLACK_BOT_TOKEN: '' }, ['SLACK_BOT_TOKEN']],
    [{ SLACK_APP_TOKEN: 'xapp-1-abc', SLACK_BOT_TOKEN: 'xapp-1-abc' }, ['SLACK_BOT_TOKEN']],
  ])('%j is a fault of %j', (env, variables) => {
    expect(named({ SLACK_BOT_TOKEN: 'xoxb-bot-1', ...env })).toEqual(variables);
  });
});

describe('roles', () => {
  test('a worker needs the bot token only, and holds nothing else of Slack', () => {
    const { config, secrets } = good({ ...slack, ACUOPS_ROLES: 'worker', GITHUB_WEBHOOK_SECRET: '12345678' });
    expect(config).toMatchObject({ roles: ['worker'], slack: { mode: null }, githubWebhooks: false });
    expect(secrets).toMatchObject({
      slackAppToken: null,
      slackSigningSecret: null,
      githubWebhookSecret: null,
    });
    expect(good({ SLACK_BOT_TOKEN: 'xoxb-bot-1', ACUOPS_ROLES: 'worker' }).kind).toBe('configured');
    expect(named({ ACUOPS_ROLES: 'worker' })).toEqual(['SLACK_BOT_TOKEN']);
  });
  test.each([
    ['all', ['bot', 'worker']],
    ['worker, bot', ['bot', 'worker']],
    ['bot,all', ['bot', 'worker']],
    ['bot', ['bot']],
  ])('%s', (text, roles) => expect(good({ ...slack, ACUOPS_ROLES: text }).config.roles).toEqual(roles));
  test.each(['bots', ',', 'bot,none'])('%s is a fault', (text) =>
    expect(named({ ...slack, ACUOPS_ROLES: text })).toContain('ACUOPS_ROLES'),
  );
});

describe('GitHub is a group or null', () => {
  test('by token', () => {
    const { config, secrets } = good({
      ...slack,
      GITHUB_TOKEN: 'ghp_x',
      GITHUB_API_URL: 'http://127.0.0.1:4000/',
    });
    expect(config.github).toEqual({ signIn: { kind: 'token' }, apiUrl: 'http://127.0.0.1:4000' });
    expect(secrets).toMatchObject({ githubToken: 'ghp_x', githubAppPrivateKey: null });
  });
  test('by App, with line breaks written out', () => {
    const { config, secrets, warnings } = good({
      ...slack,
      GITHUB_TOKEN: 'ghp_x',
      GITHUB_APP_ID: '12',
      GITHUB_APP_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n'),
    });
    expect(config.github?.signIn).toEqual({ kind: 'app', appId: 12, installationId: null });
    expect(secrets.githubAppPrivateKey).toBe(privateKey.trim() + '\n');
    expect(secrets.githubToken).toBeNull();
    expect(warnings).toContain('GITHUB_TOKEN and GITHUB_APP_ID are both set: the App is used.');
  });
  test.each([
    [{ GITHUB_APP_ID: '12' }, ['GITHUB_APP_PRIVATE_KEY']],
    [{ GITHUB_APP_PRIVATE_KEY: privateKey }, ['GITHUB_APP_ID']],
    [{ GITHUB_APP_INSTALLATION_ID: '7' }, ['GITHUB_APP_ID']],
    [
      { GITHUB_APP_ID: 'acuops', GITHUB_APP_PRIVATE_KEY: 'nonsense' },
      ['GITHUB_APP_ID', 'GITHUB_APP_PRIVATE_KEY'],
    ],
  ])('half of it is a fault (%#)', (env, variables) =>
    expect(named({ ...slack, ...env })).toEqual(variables),
  );
  test('none is said, since much stays unknown then', () => {
    expect(good(slack).warnings.join(' ')).toContain('No GITHUB_TOKEN');
  });
});

test('names of the desk, item by item', () => {
  const withHosts = (text: string) => ({ ...slack, ACUOPS_HOSTS: text });
  expect(good(withHosts('Desk.Example.com, desk.internal,')).config.hosts).toEqual([
    'desk.example.com',
    'desk.internal',
  ]);
  expect(named(withHosts('desk.example.com:3000,http://desk'))).toEqual(['ACUOPS_HOSTS', 'ACUOPS_HOSTS']);
});

test('admins and private hosts, item by item', () => {
  const { config } = good({
    ...slack,
    ACUOPS_ADMINS: 'T01A:U01B, local:root',
    ACUOPS_ALLOW_PRIVATE: 'erp.internal,10.0.0.0/8,::1,fd00::/8',
    SLACK_OPS_CHANNEL: 'T01A:C0123',
  });
  expect(config.admins).toEqual([
    { kind: 'slack', team: 'T01A', user: 'U01B' },
    { kind: 'local', name: 'root' },
  ]);
  expect(config.allowPrivate).toEqual(['erp.internal', '10.0.0.0/8', '::1', 'fd00::/8']);
  expect(config.slack.opsChannel).toEqual({ team: 'T01A', channel: 'C0123' });
  const faults = faultsOf({
    ...slack,
    ACUOPS_ADMINS: 'T01A:U01B,U01B,@ann',
    ACUOPS_ALLOW_PRIVATE: '10.0.0.0/33,*,fd00::/129',
  });
  expect(faults.map(({ value }) => value)).toEqual([
    '"U01B"',
    '"@ann"',
    '"10.0.0.0/33"',
    '"*"',
    '"fd00::/129"',
  ]);
});

test.each([
  ['DATABASE_URL', 'mysql://h/d'],
  ['REDIS_URL', 'localhost:6379'],
  ['SLACK_API_URL', 'slack.com'],
  ['SLACK_OPS_CHANNEL', '#ops'],
  ['GITHUB_API_URL', 'https://u:p@github.example'],
  ['GITHUB_WEBHOOK_SECRET', 'short'],
  ['ACUOPS_CONTROL_URL', 'ftp://x'],
  ['ACUOPS_TIMEZONE', '+02:00'],
  ['HOST', 'local host'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['ADMIN_HOST', 'http://127.0.0.1'],
  ['ADMIN_PORT', '1e3'],
  ['ADMIN_PORT', '3000'],
  ['LOG_LEVEL', 'verbose'],
  ['LEASE_MS', '100'],
])('%s=%s is one fault that says what is allowed', (variable, value) => {
  const faults = faultsOf({ ...slack, [variable]: value });
  expect(faults.map((fault) => fault.variable)).toEqual([variable]);
  expect(faults[0]?.say).toMatch(new RegExp(`^${variable} is .*Allowed: .+\\.$`));
});

test('all faults come at once, with those between variables', () => {
  const env = { PORT: 'x', SLACK_MODE: 'http', GITHUB_APP_ID: '12', LOG_LEVEL: 'loud', DATABASE_URL: 'x' };
  expect(named(env).toSorted()).toEqual([
    'DATABASE_URL',
    'GITHUB_APP_PRIVATE_KEY',
    'LOG_LEVEL',
    'PORT',
    'SLACK_BOT_TOKEN',
    'SLACK_SIGNING_SECRET',
  ]);
  const text = renderConfigFaults(faultsOf(env));
  expect(text.split('\n')).toHaveLength(8);
  expect(text).toContain('6 settings are not right; nothing was started.');
});

describe('secrets', () => {
  test('stay out of the configuration, whatever they are', () => {
    const { config } = good({
      ...slack,
      DATABASE_URL: 'postgres://desk:pg-secret@db:5432/acuops?sslpassword=query-secret',
      REDIS_URL: 'rediss://:redis-secret@cache:6380/0',
      GITHUB_TOKEN: 'gh-secret',
    });
    expect(config.database).toEqual({ kind: 'external', shown: 'postgres://db:5432/acuops' });
    expect(JSON.stringify(config)).not.toContain('secret');
  });
  test('are never in a fault', () => {
    const secretNames = deskVariables
      .filter(({ secret, name }) => secret && name !== 'ACUOPS_TOKEN')
      .map(({ name }) => name);
    fc.assert(
      fc.property(
        fc.constantFrom(...secretNames),
        fc.stringMatching(/^[a-zA-Z0-9 ]{1,30}$/),
        (name, tail) => {
          const value = `Qz${tail}zQ with blanks`;
          const faults = faultsOf({ [name]: value });
          expect(faults.some((fault) => fault.variable === name)).toBe(true);
          expect(JSON.stringify(faults)).not.toContain(value);
          expect(JSON.stringify(faults)).not.toContain(`Qz${tail}`);
        },
      ),
    );
  });
  test('may stand in files', () => {
    expect(
      good({ SLACK_APP_TOKEN: 'xapp-1-abc', SLACK_BOT_TOKEN: 'file:/run/bot' }).secrets.slackBotToken,
    ).toBe('xoxb-from-file');
    for (const path of ['/run/empty', '/run/none'])
      expect(named({ SLACK_APP_TOKEN: 'xapp-1-abc', SLACK_BOT_TOKEN: `file:${path}` })).toEqual([
        'SLACK_BOT_TOKEN',
      ]);
  });
});

test('a misspelt variable of ours is said, another program’s is not', () => {
  const { warnings } = good({ ...slack, ACUOPS_ADMIN: 'T01A:U01B', PATH: '/bin' });
  expect(warnings.filter((warning) => warning.includes('no variable of that name'))).toEqual([
    'ACUOPS_ADMIN is set, but no variable of that name is known here.',
  ]);
});

test('whatever the environment holds, it is configuration or faults', () => {
  const names = deskVariables.map(({ name }) => name);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' })), (env) => {
      const says = faultsOf(env).map(({ say }) => say);
      expect(says.filter((say) => /undefined|\p{Cc}/u.test(say))).toEqual([]);
    }),
  );
});

test('the figures stay at home where the doors are opened to all', () => {
  const { config } = good({ ...slack, HOST: '0.0.0.0' });
  expect(config).toMatchObject({ host: '0.0.0.0', adminHost: '127.0.0.1' });
  expect(good({ ...slack, ADMIN_HOST: '0.0.0.0' }).config.adminHost).toBe('0.0.0.0');
});
