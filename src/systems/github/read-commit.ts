/** One version of a repository: the commit that a name stands for at this moment, and what every further read of it needs. */
import type { CommitFact } from '../../policy/deploy/facts.ts';
import type { Fact } from '../../policy/health/facts.ts';
import { joinSights, type Sight } from '../../policy/health/sight.ts';
import { type ReadThroughParts, readThrough, toKeys, type Wanted } from './read-through.ts';
import { isRefName } from './ref-name.ts';
import { type Place, toCommitWanted } from './source-questions.ts';
import { toCommitFact } from './to-source-facts.ts';

export type Unknown = Extract<Fact<never>, { kind: 'unknown' }>;
export type Known<T> = Extract<Fact<T>, { kind: 'known' }>;

export const toUnknown = (reason: Unknown['reason'], say: string): Unknown => ({
  kind: 'unknown',
  reason,
  say,
});

/** Known from several looks, at least one. */
export const toKnown = <T>(value: T, sights: readonly [Sight, ...Sight[]]): Known<T> => ({
  kind: 'known',
  value,
  ...joinSights(sights),
});

/** One reading of everything. */
export interface Reading {
  /** With what the cache holds under these keys. */
  readonly open: (keys: readonly string[]) => Promise<ReadThroughParts>;
  readonly signal: AbortSignal;
}

/** What is bound to a commit does not age: it is as fresh as the answer to which commit it is. */
export interface Version {
  readonly place: Place;
  readonly sha: string;
  readonly seen: Sight;
}

export const readOne = async <T>(wanted: Wanted<T>, { open }: Reading): Promise<Fact<T>> =>
  readThrough(wanted, await open(toKeys([wanted])));

/** A name that stands for nothing was mistyped or is gone: nobody's outage, so it is told as `not-configured`. */
export const readCommit = async (place: Place, ref: string, reading: Reading): Promise<Fact<CommitFact>> => {
  if (!isRefName(ref)) return toUnknown('not-configured', 'this is no name of a branch, tag or commit');
  const read = await readOne(toCommitWanted(place, ref), reading);
  if (read.kind === 'unknown') return read;
  return read.value === null
    ? toUnknown('not-configured', 'there is no such branch, tag or commit')
    : toKnown(toCommitFact(read.value), [read]);
};
