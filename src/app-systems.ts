/** Makes the readers of the outside world: GitHub, client instances, the control host. Without GitHub's credentials every GitHub fact is unknown and says so. */

import { createHash, createHmac } from 'node:crypto';
import type { CommandParts } from './app-commands.ts';
import { countGithubCalls } from './app-metrics.ts';
import type { Config, Secrets } from './config/config.ts';
import {
  createReferenceReader,
  type ReferenceReader,
  type ReferenceSources,
} from './config/resolve-reference.ts';
import { createEffectDoor, type EffectDoor, type EffectStore } from './operations/effect.ts';
import type { PipelineFacts } from './policy/health/facts.ts';
import type { Clock } from './runtime/clock.ts';
import { createGuardedFetch } from './runtime/guarded-fetch.ts';
import type { Metrics } from './runtime/metrics.ts';
import type { Redactor } from './runtime/redact.ts';
import type { Shutdown } from './runtime/shutdown.ts';
import { type ReaderPowers, readFingerprint } from './steps/instance-powers.ts';
import { createInstanceProbe } from './steps/probe-instance.ts';
import { createInstanceReader } from './steps/read-instance.ts';
import { type Database, toDb } from './store/database.ts';
import { changeLedger, readAnswers, writeAnswers } from './store/github-store.ts';
import { readHold, writeHold } from './store/health-store.ts';
import { createReach } from './systems/acumatica/reach.ts';
import { createPublishedSignIn } from './systems/acumatica/read-published.ts';
import { createSignIn } from './systems/acumatica/sign-in.ts';
import { createRunApplier } from './systems/github/apply-run.ts';
import type { GitHubCache } from './systems/github/cached-answer.ts';
import { createGitHubClient, type GitHubClient } from './systems/github/create-client.ts';
import { readKnownRuns } from './systems/github/known-runs.ts';
import type { PointLedgers } from './systems/github/points.ts';
import { createHistoryReader } from './systems/github/read-history.ts';
import { createPipelineReader } from './systems/github/read-pipeline.ts';
import { createSourceReader, toUnknownEverywhere } from './systems/github/read-source.ts';
import { createWebhookReceiver } from './systems/github/webhooks.ts';

export interface SystemParts {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly database: Database;
  readonly effectStore: EffectStore;
  readonly fingerprintKey: Uint8Array;
  readonly remember: (secret: string) => void;
  readonly references: Omit<ReferenceSources, 'fingerprintKey'>;
  readonly githubPointsPerMinute: number | undefined;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly countGithubCall: Metrics['countGithubCall'];
  readonly shutdown: Shutdown;
}

export interface Systems
  extends Pick<
    CommandParts,
    | 'readPipeline'
    | 'readHistory'
    | 'readSource'
    | 'readKnownRuns'
    | 'probe'
    | 'readInstance'
    | 'fingerprint'
    | 'readFingerprint'
    | 'reachControl'
  > {
  readonly effects: EffectDoor;
  readonly github: GitHubClient | null;
  readonly references: ReferenceReader;
  /** Whether a client's credential can be read now. */
  readonly isReadable: (reference: string) => Promise<boolean>;
  /** Null without a webhook secret: unsigned webhooks are not taken. */
  readonly receiveWebhook:
    | ((
        headers: Readonly<Record<string, string | readonly string[] | undefined>>,
        body: Uint8Array,
      ) => Promise<{ status: number; say: string }>)
    | null;
}

const probeMs = 10_000;
const largestAnswer = 256 * 1024;
const largestList = 2 * 1024 * 1024;

export const openSystems = (parts: SystemParts): Systems => {
  const { config, secrets, database, clock, redactor, shutdown } = parts;
  const effects = createEffectDoor(parts.effectStore);
  const fetch = createGuardedFetch({
    allowPrivate: config.allowPrivate,
    timeoutMs: probeMs * 2,
    maxBytes: largestAnswer,
  });
  // A site with many projects tells much of them.
  const sessionFetch = createGuardedFetch({
    allowPrivate: config.allowPrivate,
    timeoutMs: probeMs * 2,
    maxBytes: largestList,
  });
  shutdown.add('client connections', async () => {
    await Promise.all([fetch.close(), sessionFetch.close()]);
  });
  const { reach, reachControlHost } = createReach({ fetch, clock });
  const references = createReferenceReader({ ...parts.references, fingerprintKey: parts.fingerprintKey });
  const signIn = createSignIn({ fetch, sessionFetch, clock, redact: redactor.text });
  const instances: ReaderPowers = {
    effects,
    signIn,
    signInAndRead: createPublishedSignIn(signIn),
    reach,
    readCredential: async (reference, half) => {
      const read = await references.read(reference);
      if (read.kind === 'unreadable') return read;
      // Only the secret half: a user's name may be part of any text.
      if (half === 'password') parts.remember(read.value);
      return { kind: 'value', value: read.value };
    },
    fingerprint: (...values) =>
      createHmac('sha256', parts.fingerprintKey)
        .update(values.map((value) => createHash('sha256').update(value).digest('hex')).join(' '))
        .digest('hex'),
    holds: {
      read: (instanceId, fingerprint) => readHold(database.db, instanceId, fingerprint),
      write: (instanceId, fingerprint, at) => writeHold(database.db, instanceId, fingerprint, at),
    },
  };
  const cache: GitHubCache = {
    read: (keys) => readAnswers(database.db, keys),
    write: (entries) => writeAnswers(database.db, entries),
  };
  const opened = openGithub(parts);
  const github = opened === null ? null : countGithubCalls(opened, parts.countGithubCall);
  return {
    effects,
    github,
    references,
    isReadable: async (reference) => (await references.read(reference)).kind === 'read',
    probe: createInstanceProbe(instances),
    readInstance: createInstanceReader(instances),
    fingerprint: instances.fingerprint,
    readFingerprint: (environment) => readFingerprint(instances, environment),
    reachControl: async (signal) => (await reachControlHost(config.controlUrl, signal)) === null,
    readPipeline: github
      ? createPipelineReader({ client: github, cache, clock }).read
      : async (client) => withoutGithub(client.repo),
    readHistory: github
      ? createHistoryReader({ client: github, cache, clock }).read
      : async (client) => withoutGithub(client.repo),
    readSource: github
      ? createSourceReader({ client: github, cache, clock }).read
      : async ({ live, branch }) => toUnknownEverywhere(noGithub, { live, branch }),
    // Read inside the request's transaction: a second connection for it would wait for the pool while it holds one.
    readKnownRuns: (tx, target) =>
      readKnownRuns({ ...cache, read: (keys) => readAnswers(toDb(tx), keys) }, target),
    receiveWebhook:
      secrets.githubWebhookSecret === null
        ? null
        : createWebhookHandler(secrets.githubWebhookSecret, cache, clock),
  };
};

const openGithub = ({
  config,
  secrets,
  database,
  clock,
  shutdown,
  ...parts
}: SystemParts): GitHubClient | null => {
  if (config.github === null) return null;
  const { signIn, apiUrl } = config.github;
  const auth =
    signIn.kind === 'token'
      ? ({ kind: 'token', token: () => secrets.githubToken ?? '' } as const)
      : ({
          kind: 'app',
          appId: signIn.appId,
          privateKey: secrets.githubAppPrivateKey ?? '',
          installationId: signIn.installationId,
        } as const);
  const { githubPointsPerMinute: points } = parts;
  const limit = points === undefined ? {} : { pointsPerMinute: points };
  const ledgers: PointLedgers = {
    change: (account, change) => database.untied((tx) => changeLedger(toDb(tx), account, change)),
  };
  const client = createGitHubClient({ auth, baseUrl: apiUrl, clock, ledgers, ...limit });
  shutdown.add('GitHub connections', client.close);
  return client;
};

const noGithub = { kind: 'unknown', reason: 'not-configured', say: 'the desk has no GitHub token' } as const;

const withoutGithub = (repo: string): PipelineFacts => {
  return { repo, workflows: noGithub, runs: noGithub, deployTags: noGithub, deployJobs: new Map() };
};

const createWebhookHandler = (
  secret: string,
  cache: GitHubCache,
  clock: Clock,
): NonNullable<Systems['receiveWebhook']> => {
  const receive = createWebhookReceiver({ secret });
  const apply = createRunApplier({ cache, clock });
  return async (headers, body) => {
    const received = await receive(headers, body);
    if (received.kind === 'refused') return received;
    // Marking facts as out of date twice does no harm, so a repeated delivery needs no memory.
    const stale = await apply(received.event);
    return { status: 202, say: stale.length > 0 ? 'noted' : 'nothing new' };
  };
};
