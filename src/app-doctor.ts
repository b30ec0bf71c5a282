/** Joins doctor with what it looks at: Slack, GitHub, the store, the registry file, the clients' credentials. */

import { countConnections } from './app-ground.ts';
import { sendStuckCards } from './app-stuck-cards.ts';
import type { DoctorPowers, GithubFacts, RegistryFacts } from './commands/doctor/powers.ts';
import type { Config, Secrets } from './config/config.ts';
import type { HintQueue } from './jobs/hints.ts';
import {
  type ImportRecord,
  importRegistry,
  type RegistryFile,
  sayTroubles,
} from './operations/import-registry.ts';
import { everything } from './operations/scope.ts';
import type { Target } from './operations/target.ts';
import { sayCounts } from './policy/registry/say-change.ts';
import type { Clock } from './runtime/clock.ts';
import { checkChannels } from './slack/check-channels.ts';
import { checkSlack } from './slack/check-slack.ts';
import type { Log } from './slack/log.ts';
import type { SlackClients } from './slack/slack-clients.ts';
import type { Database } from './store/database.ts';
import * as store from './store/doctor-store.ts';
import { readKillswitches } from './store/killswitch-store.ts';
import { readSchedules } from './store/schedule-store.ts';
import { readTargets } from './store/target-store.ts';
import type { GitHubClient } from './systems/github/create-client.ts';
import { readRights } from './systems/github/rights.ts';
import { readStanding } from './systems/github/standing.ts';

export interface DoctorSources {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly database: Database;
  readonly queue: HintQueue;
  readonly clients: SlackClients;
  readonly github: GitHubClient | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: ImportRecord;
  readonly readRegistryFile: () => Promise<RegistryFile>;
  /** Whether a credential can be read now; what it says stays where it is. */
  readonly isReadable: (reference: string) => Promise<boolean>;
}

/** Three requests each, so at most 90 of an hour's 5,000. */
const mostRepositories = 30;
const histories = 5;
const sessionHoldMs = 20 * 60_000;

export const createDoctorPowers = (sources: DoctorSources): DoctorPowers => {
  const { config, secrets, database, clock, log } = sources;
  const { db } = database;
  const readClients = async (): Promise<readonly Target[]> =>
    (await readTargets(db, everything)).filter((target) => target.status !== 'archived');
  return {
    readSlack: () =>
      checkSlack({
        apiUrl: config.slack.apiUrl,
        log,
        botToken: secrets.slackBotToken,
        appToken: secrets.slackAppToken ?? undefined,
        now: clock.now,
      }),
    readChannels: async () => {
      const opsChannel = config.slack.opsChannel?.channel ?? null;
      const clients = (await readClients()).flatMap(({ key, slack }) =>
        slack === null ? [] : [{ key, channel: slack.channel }],
      );
      const asked = [
        ...new Set([...(opsChannel === null ? [] : [opsChannel]), ...clients.map((one) => one.channel)]),
      ];
      return { opsChannel, clients, check: await checkChannels(sources.clients.cards, asked, histories) };
    },
    readStore: async () => {
      const facts = await store.readStoreFacts(database);
      return { ...facts, connections: { ...facts.connections, perDesk: countConnections(config) } };
    },
    readWork: async (now) => {
      const [work, held, sessions, schedules, rules, killswitches, reachable] = await Promise.all([
        store.readWorkFacts(db, now),
        store.readHeldClients(db),
        store.readOpenSessions(db, now, sessionHoldMs),
        readSchedules(db),
        store.countAdminRules(db),
        database.transact(readKillswitches),
        sources.queue.isReachable().catch(() => false),
      ]);
      const queue = { backend: config.redis === null ? 'postgres' : 'redis', reachable } as const;
      const admins = config.admins.length + rules;
      return { ...work, held, sessions, schedules, killswitches, queue, admins };
    },
    sendStuckCards: async (now, signal) => sendStuckCards(sources, await readClients(), now, signal),
    readGithub: async (signal) => readGithub(sources, await readClients(), signal),
    readRegistry: async (now) => readRegistry(sources, await readClients(), now),
  };
};

const readGithub = async (
  { github, clock }: DoctorSources,
  clients: readonly Target[],
  signal: AbortSignal,
): Promise<GithubFacts> => {
  if (github === null) return { kind: 'not-configured' };
  const standing = await readStanding(github, signal, clock.now);
  if (standing.kind === 'refused') return standing;
  if (standing.kind === 'unknown') return { ...standing, accounts: github.budget() };
  const repos = [...new Set(clients.filter(({ status }) => status === 'active').map(({ repo }) => repo))];
  const { repositories } = await readRights(github, repos.slice(0, mostRepositories), signal);
  return {
    kind: 'accepted',
    identity: standing.identity,
    // GitHub's own word on the hour is newer than what the last answer's headers said.
    accounts: github
      .budget()
      .map((account) => ({ ...account, primary: standing.primary ?? account.primary })),
    of: repos.length,
    repositories,
  };
};

const readRegistry = async (
  sources: DoctorSources,
  clients: readonly Target[],
  at: Date,
): Promise<RegistryFacts> => {
  const active = clients.filter(({ status }) => status === 'active');
  const without = active.filter(({ environments }) =>
    environments.some(({ usernameRef, passwordRef }) => usernameRef === null || passwordRef === null),
  );
  const unreadable = await Promise.all(
    active.map(async ({ key, environments }) => {
      const references = environments.flatMap(({ usernameRef, passwordRef }) =>
        usernameRef === null || passwordRef === null ? [] : [usernameRef, passwordRef],
      );
      const readable = await Promise.all(references.map(sources.isReadable));
      return readable.includes(false) ? [key] : [];
    }),
  );
  return {
    clients: clients.length,
    lastImport: await store.readImportFact(sources.database.db),
    file: await readFile(sources, at),
    withoutCredentials: without.map(({ key }) => key),
    unreadableCredentials: unreadable.flat(),
  };
};

/** What an import would do now; nothing is written. */
const readFile = async (
  { config, database, registry, readRegistryFile }: DoctorSources,
  at: Date,
): Promise<RegistryFacts['file']> => {
  const file = await readRegistryFile();
  if (file.kind === 'missing') return { ...file, named: config.clientsFile.named };
  if (file.kind === 'unreadable') return file;
  const { path, text } = file;
  const by = { team: 'desk', user: 'doctor' };
  const plan = await database.transact((tx) =>
    importRegistry(tx, registry, { text, prune: false, dryRun: true, by, at }),
  );
  return {
    kind: 'read',
    path,
    plan,
    lines: plan.kind === 'planned' ? [sayCounts(plan.diff)] : sayTroubles(plan),
  };
};
