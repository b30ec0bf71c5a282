/**
 * Everything that a client's repository says of one version, asked anew for each decision: nothing old stands in for what cannot be had.
 * What two commits say of each other is kept for ever, variables and files are never kept, the rest is asked for conditionally. Judging is left to `policy/deploy`.
 */
import type { SourceFacts } from '../../policy/deploy/facts.ts';
import type { EnvironmentName } from '../../policy/health/facts.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { CachedAnswer, GitHubCache } from './cached-answer.ts';
import type { GitHubClient } from './create-client.ts';
import { readChange, readOnBranch } from './read-change.ts';
import { type Reading, readCommit, toKnown, toUnknown, type Unknown, type Version } from './read-commit.ts';
import { readEngines, readText, readWorkflow } from './read-engine.ts';
import { readPages, toPageKeys } from './read-pages.ts';
import { parseRepo } from './repo-name.ts';
import {
  toChecksPaged,
  toOrganizationVariablesPaged,
  toStatusesPaged,
  toVariablesPaged,
} from './source-questions.ts';
import { toCheckFacts, toStatusFacts, toVariableValues } from './to-source-facts.ts';

export interface SourceRequest {
  readonly repo: string;
  /** Branch, tag or commit, as somebody typed it. */
  readonly ref: string;
  /** File name such as `acuops-deploy.yml`. */
  readonly workflow: string;
  readonly environment: EnvironmentName;
  /** What is live, as `findLive` names it: a full SHA or an annotated deploy tag; null where nothing is known to be. */
  readonly live: string | null;
  /** The environment's branch, which the version should be on; null where that is not asked. */
  readonly branch: string | null;
  readonly signal: AbortSignal;
}

export interface SourceReader {
  /** Never throws; what could not be had is unknown with its reason. */
  readonly read: (request: SourceRequest) => Promise<SourceFacts>;
}

export interface SourceReaderParts {
  readonly client: Pick<GitHubClient, 'ask'>;
  readonly cache: GitHubCache;
  readonly clock: Clock;
}

/** Nothing at all could be had, for one reason. */
export const toUnknownEverywhere = (
  unknown: Unknown,
  { live, branch }: Pick<SourceRequest, 'live' | 'branch'>,
): SourceFacts => ({
  commit: unknown,
  change: live === null ? null : unknown,
  onBranch: branch === null ? null : unknown,
  checks: unknown,
  workflow: unknown,
  engines: unknown,
  variables: unknown,
  settings: unknown,
  manifest: unknown,
});

/** Both kinds or nothing: one that is hidden may be red. */
const readChecks = async ({ place, sha }: Version, reading: Reading): Promise<SourceFacts['checks']> => {
  const [runs, statuses] = [toChecksPaged(place, sha), toStatusesPaged(place, sha)];
  const parts = await reading.open([...toPageKeys(runs), ...toPageKeys(statuses)]);
  const [first, second] = await Promise.all([readPages(runs, parts), readPages(statuses, parts)]);
  if (first.kind === 'unknown') return first;
  if (second.kind === 'unknown') return second;
  return toKnown([...toCheckFacts(first.value), ...toStatusFacts(second.value)], [first, second]);
};

const readVariables = async (
  { place }: Version,
  environment: EnvironmentName,
  reading: Reading,
): Promise<SourceFacts['variables']> => {
  const shared = toOrganizationVariablesPaged(place);
  const [own, special] = [toVariablesPaged(place, null), toVariablesPaged(place, environment)];
  const parts = await reading.open([shared, own, special].flatMap((paged) => toPageKeys(paged)));
  const [first, second, third] = await Promise.all([
    readPages(shared, parts),
    readPages(own, parts),
    readPages(special, parts),
  ]);
  if (first.kind === 'unknown') return first;
  if (second.kind === 'unknown') return second;
  if (third.kind === 'unknown') return third;
  return toKnown(toVariableValues([first.value, second.value, third.value]), [first, second, third]);
};

const readVersion = async (
  version: Version,
  commit: SourceFacts['commit'],
  { workflow: file, environment, live, branch }: SourceRequest,
  reading: Reading,
): Promise<SourceFacts> => {
  const workflow = readWorkflow(version, file, reading);
  const variables = readVariables(version, environment, reading);
  const engines = Promise.all([workflow, variables]).then(([one, other]) => readEngines(one, other, reading));
  const change = live === null ? null : readChange(version, live, reading);
  const onBranch = branch === null ? null : readOnBranch(version, branch, reading);
  const checks = readChecks(version, reading);
  const settings = readText(version, 'acuops.yaml', reading);
  const manifest = readText(version, 'instance-manifest.json', reading);
  return {
    commit,
    change: await change,
    onBranch: await onBranch,
    checks: await checks,
    workflow: await workflow,
    engines: await engines,
    variables: await variables,
    settings: await settings,
    manifest: await manifest,
  };
};

export const createSourceReader = ({ client, cache, clock }: SourceReaderParts): SourceReader => {
  // A cache that is away costs calls, not answers.
  const readCache = (keys: readonly string[]) =>
    cache.read(keys).catch(() => new Map<string, CachedAnswer>());

  const read: SourceReader['read'] = async (request) => {
    const repo = parseRepo(request.repo);
    if (repo === null)
      return toUnknownEverywhere(
        toUnknown('not-configured', 'the repository is not given as owner/name'),
        request,
      );
    const entries: CachedAnswer[] = [];
    const reading: Reading = {
      signal: request.signal,
      open: async (keys) => ({
        client,
        clock,
        // Always asked anew; and where GitHub's limit forbids it, a decision has to wait.
        maxAgeMs: 0,
        staleMs: 0,
        cached: await readCache(keys),
        keep: (entry) => entries.push(entry),
      }),
    };
    const place = { repo, signal: request.signal };
    const commit = await readCommit(place, request.ref, reading);
    const facts =
      commit.kind === 'unknown'
        ? toUnknownEverywhere(commit, request)
        : await readVersion({ place, sha: commit.value.sha, seen: commit }, commit, request, reading);
    if (entries.length > 0) await cache.write(entries).catch(() => undefined);
    return facts;
  };
  return { read };
};
