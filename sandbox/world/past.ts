/** Gives a client's repository the commits that its runs and tags stand on, the newer ones after them, and the variables of its pipeline. Pure. */
import { toSha } from '../github/tables.ts';
import type { CheckInput, CommitInput, RunInput } from '../github/types.ts';
import {
  ciFile,
  deployFile,
  type PastCommit,
  projectNames,
  toRepositoryName,
  type WorldClient,
} from './client.ts';
import { daysBefore } from './history.ts';
import { toNewerCommits } from './newer-commits.ts';
import { toFirstFiles, toProjectPath } from './project-files.ts';

/** The version that clients are pinned to; the reference client goes with the engine's `main`. */
export const pinnedVersion = 'v1.8.2';

const minuteMs = 60_000;

const toChecks = (at: Date, isRed = false): readonly CheckInput[] => {
  const ended = new Date(at.getTime() + 4 * minuteMs);
  return [
    { name: 'lint', conclusion: 'success', at: ended },
    { name: 'test', conclusion: isRed ? 'failure' : 'success', at: ended },
  ];
};

/** A push that deployed, or tried to. A dry run has no commit of its own. */
const isDeployPush = (run: RunInput): boolean => run.file === deployFile && run.event === 'push';

const deployTitles = [
  'Hold orders above the credit limit',
  'Print the lot grade on labels',
  'Sort receipts by warehouse',
] as const;

/** Each deploy went out with the commit that was pushed for it. */
const toDeployedCommits = (client: WorldClient): readonly PastCommit[] =>
  client.repository.runs
    .filter(isDeployPush)
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .map((run, index) => {
      const at = new Date(run.createdAt.getTime() - minuteMs);
      const title = deployTitles[index % deployTitles.length] ?? deployTitles[0];
      return {
        sha: run.headSha ?? toSha(`${client.id} ${title}`),
        title,
        author: run.actor ?? 'dana-lee',
        at,
        files: { [toProjectPath(client, 'Code/Labels.cs')]: `// ${index + 1}: ${title}\n` },
        checks: toChecks(at),
      };
    });

const toLaterCommits = (client: WorldClient, now: Date): readonly PastCommit[] =>
  toNewerCommits(client).map(({ daysAgo, isRed, ...commit }) => {
    const at = new Date(daysBefore(now, daysAgo).getTime() - minuteMs);
    const sha = toSha(`${client.id} ${commit.title} ${at.toISOString()}`);
    return { ...commit, sha, at, isVerified: commit.pull !== undefined, checks: toChecks(at, isRed) };
  });

const toFirstCommit = (client: WorldClient): PastCommit => {
  const oldest = Math.min(...client.repository.runs.map((run) => run.createdAt.getTime()));
  const at = daysBefore(new Date(oldest), 12);
  const title = `Start from the template for ${client.name}`;
  const sha = toSha(`${client.id} ${title} ${at.toISOString()}`);
  return { sha, title, author: 'dana-lee', at, files: toFirstFiles(client), checks: toChecks(at) };
};

const isRedRun = (run: RunInput): boolean => run.jobs.some((job) => job.conclusion === 'failure');

/**
 * A run on `main` stands on the tip of its time and is titled by it. A CI run that ended otherwise than the tip's checks keeps
 * its own sha: somebody pushed, saw red and took the commit back by force.
 */
const toStanding = (run: RunInput, commits: readonly PastCommit[]): RunInput => {
  const tip = commits.findLast((commit) => commit.at <= run.createdAt);
  if (!tip || run.branch !== 'main') return run;
  const isTipRed = tip.checks.some((check) => check.conclusion === 'failure');
  if (run.file === ciFile && isRedRun(run) !== isTipRed) return run;
  const displayTitle = run.event === 'push' ? tip.title : run.displayTitle;
  return { ...run, headSha: tip.sha, displayTitle };
};

const toVariables = (client: WorldClient): Readonly<Record<string, string>> => {
  const { project, coPublish } = projectNames(client);
  return {
    CUSTOMIZATION_PROJECT_NAME: project,
    // GitHub holds no empty variable.
    ...(coPublish.length > 0 ? { ALSO_PUBLISH_PROJECTS: coPublish.join(',') } : {}),
    ...(client.isReference === true ? {} : { ACUOPS_PIPELINE_VERSION: pinnedVersion }),
  };
};

/** A repository out of sight is left as it is: nobody could read its commits. */
export const withPast = (client: WorldClient, now: Date): WorldClient => {
  const { repository } = client;
  if (!repository.accessible) return client;
  const commits = [toFirstCommit(client), ...toDeployedCommits(client), ...toLaterCommits(client, now)];
  const runs = repository.runs.map((run) => toStanding(run, commits));
  return {
    ...client,
    repository: { ...repository, runs, past: { commits, variables: toVariables(client) } },
  };
};

/** The commit of a deploy that happens later in the story. */
export const toDeployedNow = (client: WorldClient, run: RunInput): CommitInput => ({
  ...(run.headSha === undefined ? {} : { sha: run.headSha }),
  title: run.displayTitle ?? 'Publish customization package',
  author: run.actor ?? 'dana-lee',
  at: new Date(run.createdAt.getTime() - minuteMs),
  files: {
    [toProjectPath(client, 'Code/Labels.cs')]:
      `// ${toRepositoryName(client)}, ${run.createdAt.toISOString()}\n`,
  },
});
