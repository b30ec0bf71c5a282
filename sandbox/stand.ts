/** Sets the pretend world up and says by which environment a desk finds it; `startDeskIn` runs a real desk in it, in this process. Used by sandbox, demo, tests and bench alike. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type Desk, startDesk } from '../src/app.ts';
import { parseConfig } from '../src/config/parse-config.ts';
import { renderConfigFaults } from '../src/config/read-config.ts';
import { createSecretValues } from '../src/config/secret-values.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { createLogger, type LogStream } from '../src/runtime/logger.ts';
import { createRedactor } from '../src/runtime/redact.ts';
import { type AcumaticaServer, createAcumatica } from './acumatica/server.ts';
import { createGitHubFront, type GitHubFront, type GitHubFrontOptions } from './github/front.ts';
import { createSlackFront, type SlackFront, type SlackFrontOptions } from './slack/front.ts';
import { channelIds, createWorld, personIds, teamId, type World } from './world.ts';

export interface StandOptions<W extends World> {
  readonly world: W;
  /** How Slack reaches the desk. Default http. */
  readonly mode?: 'http' | 'socket' | undefined;
  /** Shows the page of local-slack. */
  readonly page?: boolean | undefined;
  readonly pagePort?: number | undefined;
  /** Kept after the stop; a temporary one is removed. */
  readonly folder?: string | undefined;
  readonly slack?: Pick<SlackFrontOptions, 'limits' | 'now'> | undefined;
  readonly github?: Partial<GitHubFrontOptions> | undefined;
  /** How the desk signs in to GitHub. Left out: by the token. */
  readonly githubSignIn?: 'token' | 'app' | undefined;
  /** Added to the desk's environment: DATABASE_URL, REDIS_URL, PORT … */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface Stand<W extends World = World> {
  readonly world: W;
  readonly slack: SlackFront;
  readonly github: GitHubFront;
  readonly acumatica: AcumaticaServer;
  /** Everything that a desk needs to find this world. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly secretsDir: string;
  readonly stop: () => Promise<void>;
}

export const createSmallStand = (options: Omit<StandOptions<World>, 'world'> = {}) =>
  createStand({ ...options, world: createWorld({ now: new Date() }) });

export const createStand = async <W extends World>(options: StandOptions<W>): Promise<Stand<W>> => {
  const { world } = options;
  const mode = options.mode ?? 'http';
  if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true });
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'acuops-'));
  // Where root starts it, the embedded server runs as another user, who must be able to pass through.
  chmodSync(folder, 0o711);
  const secretsDir = join(folder, 'secrets');
  mkdirSync(secretsDir, { recursive: true, mode: 0o700 });
  const slack = await createSlackFront({
    mode,
    world: world.slack,
    page: options.page ?? false,
    pagePort: options.pagePort,
    ...options.slack,
  });
  const github = await createGitHubFront({ owner: world.owner, ...options.github });
  const acumatica = await createAcumatica();
  world.seedGitHub(github);
  world.seedAcumatica(acumatica);
  world.writeSecrets(secretsDir);
  const registry = join(folder, 'acuops-clients.yaml');
  writeFileSync(
    registry,
    world.toRegistryYaml({
      acumaticaUrl: acumatica.url,
      refusedUrl: await acumatica.refusedUrl(),
      secretsDir,
    }),
  );
  return {
    world,
    slack,
    github,
    acumatica,
    folder,
    secretsDir,
    env: {
      ACUOPS_DATA: join(folder, 'data'),
      SLACK_MODE: mode,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
      SLACK_OPS_CHANNEL: channelIds.ops,
      ...toGithubEnv(github, options.githubSignIn ?? 'token'),
      GITHUB_API_URL: github.apiUrl,
      GITHUB_WEBHOOK_SECRET: github.webhookSecret,
      ACUOPS_CLIENTS: registry,
      ACUOPS_ADMINS: `${teamId}:${personIds.admin},local:${userInfo().username}`,
      // The pretend clients live on this machine; a real desk refuses such addresses.
      ACUOPS_ALLOW_PRIVATE: '127.0.0.0/8',
      ACUOPS_CONTROL_URL: `${acumatica.url}/`,
      ACUOPS_TIMEZONE: 'America/Chicago',
      PORT: '0',
      ADMIN_PORT: '0',
      ...options.env,
    },
    stop: async () => {
      await slack.stop();
      await github.stop();
      await acumatica.stop();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** The key is written as people write it into one line. */
const toGithubEnv = (github: GitHubFront, signIn: 'token' | 'app'): Readonly<Record<string, string>> =>
  signIn === 'token'
    ? { GITHUB_TOKEN: github.token }
    : {
        GITHUB_APP_ID: String(github.appId),
        GITHUB_APP_PRIVATE_KEY: github.privateKey.trim().replaceAll('\n', '\\n'),
      };

const silent: LogStream = { write: () => undefined };

/** @throws Error with every fault of the environment */
export const startDeskIn = async (stand: Stand, logTo: LogStream = silent): Promise<Desk> => {
  const read = parseConfig(stand.env, stand.folder);
  if (read.kind === 'faulty') throw new Error(renderConfigFaults(read.faults));
  const secretValues = createSecretValues(read.secrets);
  const redactor = createRedactor({ secrets: secretValues.read });
  const desk = await startDesk({
    config: read.config,
    secrets: read.secrets,
    log: createLogger({ level: read.config.logLevel, redactor, stream: logTo }),
    redactor,
    remember: secretValues.remember,
    clock: systemClock,
    references: { env: {}, readFile: async (path) => readFile(path) },
  });
  if (desk.url !== null) {
    if (stand.env['SLACK_MODE'] === 'http') await stand.slack.setRequestUrl(`${desk.url}/slack/events`);
    else await stand.slack.connected();
    stand.github.setWebhookTarget(`${desk.url}/webhooks/github`);
  }
  return desk;
};
