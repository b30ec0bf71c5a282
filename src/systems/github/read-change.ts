/** How the wanted version stands to the live one, with the pull requests that its newest commits came with, and to a branch. Half of it is never given as the whole. */
import type { ChangeFact } from '../../policy/deploy/facts.ts';
import type { Fact } from '../../policy/health/facts.ts';
import { type Reading, readOne, toKnown, toUnknown, type Version } from './read-commit.ts';
import { readThrough, toKeys } from './read-through.ts';
import { isRefName } from './ref-name.ts';
import { toCompareWanted, toPullsWanted } from './source-questions.ts';
import { deployTagPrefix } from './to-facts.ts';
import { toChangeFact, toNewestFirst, toPullFacts } from './to-source-facts.ts';

/** One call each. */
const mostCommitsWithPulls = 10;

const isFullSha = (live: string): boolean => /^[\da-f]{40}$/u.test(live);

/** A branch is refused: it moves on, and what it stands for now was never live. */
const isLive = (live: string): boolean =>
  isFullSha(live) || (live.startsWith(deployTagPrefix) && isRefName(live));

/** `live` is a full SHA, or the name of an annotated deploy tag. */
export const readChange = async (
  { place, sha, seen }: Version,
  live: string,
  reading: Reading,
): Promise<Fact<ChangeFact>> => {
  if (!isLive(live)) return toUnknown('malformed', 'the live version is no full commit');
  const read = await readOne(toCompareWanted(place, live, sha), reading);
  if (read.kind === 'unknown') return read;
  const comparison = read.value;
  if (comparison === null)
    return toUnknown(
      'unavailable',
      `GitHub cannot compare it with the live version ${isFullSha(live) ? live.slice(0, 7) : live}`,
    );
  const wanted = toNewestFirst(comparison)
    .slice(0, mostCommitsWithPulls)
    .map((commit) => toPullsWanted(place, commit.sha));
  const parts = await reading.open(toKeys(wanted));
  const pulls = await Promise.all(wanted.map((one) => readThrough(one, parts)));
  const missing = pulls.find((one) => one.kind === 'unknown');
  if (missing !== undefined) return missing;
  const pages = pulls.filter((one) => one.kind === 'known');
  // What two commits say of each other does not age.
  const sights = isFullSha(live) ? pages : [read, ...pages];
  return toKnown(toChangeFact(comparison, toPullFacts(pages.map(({ value }) => value))), [seen, ...sights]);
};

/** A branch that is ahead of the version, or is the version, holds it. */
export const readOnBranch = async (
  { place, sha, seen }: Version,
  branch: string,
  reading: Reading,
): Promise<Fact<boolean>> => {
  if (!isRefName(branch)) return toUnknown('not-configured', 'the branch to deploy from has no good name');
  const read = await readOne(toCompareWanted(place, branch, sha), reading);
  if (read.kind === 'unknown') return read;
  if (read.value === null)
    return toUnknown('unavailable', `GitHub cannot compare it with the branch ${branch}`);
  const { status } = read.value;
  return toKnown(status === 'identical' || status === 'behind', [seen, read]);
};
