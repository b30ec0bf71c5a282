/**
 * One answer through the cache: young ones are used, old ones asked for conditionally, and when GitHub's limit is reached
 * the old one is given with its own age and that cause. A question without a key leaves nothing behind. Never throws.
 */
import type { z } from 'zod';
import type { Fact, UnknownReason } from '../../policy/health/facts.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type CachedAnswer, toMarkKey } from './cached-answer.ts';
import type { GitHubClient, Question } from './create-client.ts';
import type { RepoName } from './repo-name.ts';
import type { Trouble } from './trouble.ts';

export interface Wanted<T> {
  readonly repo: RepoName;
  /** Null: the answer is nobody else's business, so it is never kept, and asked for anew and whole each time. */
  readonly key: string | null;
  readonly question: Omit<Question, 'etag'>;
  readonly schema: z.ZodType<T>;
  /** What is worth keeping, where that is not the whole answer as it came. */
  readonly trim?: (answer: T) => T;
  /** True for what can never change again. */
  readonly isFinal?: (answer: T) => boolean;
  /** Stands for an answer where GitHub has this status for "there is nothing yet". */
  readonly emptyOn?: { readonly status: number; readonly answer: T };
}

export type Read<T> = Fact<T>;

/** What to look up in the cache for these. */
export const toKeys = (wanted: readonly Pick<Wanted<unknown>, 'key'>[]): readonly string[] =>
  wanted.flatMap(({ key }) => (key === null ? [] : [key]));

export interface ReadThroughParts {
  readonly client: Pick<GitHubClient, 'ask'>;
  readonly clock: Clock;
  readonly maxAgeMs: number;
  /** Older than this, an answer is not shown even when there is no newer one. */
  readonly staleMs: number;
  readonly cached: ReadonlyMap<string, CachedAnswer>;
  /** Takes what is to be written; the caller writes all at once. */
  readonly keep: (entry: CachedAnswer) => void;
}

interface Kept<T> {
  readonly entry: CachedAnswer;
  readonly value: T;
}

/** Null for no entry, a failed one, or one whose shape an older version wrote. */
const findKept = <T>(wanted: Wanted<T>, cached: ReadonlyMap<string, CachedAnswer>): Kept<T> | null => {
  const entry = wanted.key === null ? undefined : cached.get(wanted.key);
  if (entry === undefined || entry.status !== 200) return null;
  const parsed = wanted.schema.safeParse(entry.body);
  return parsed.success ? { entry, value: parsed.data } : null;
};

const toKnown = <T>(value: T, observedAt: Date, limitedUntil: Date | null = null): Read<T> => ({
  kind: 'known',
  value,
  observedAt,
  ...(limitedUntil === null ? {} : { limitedUntil }),
});

/** What the cache holds, and how good it is at this moment. */
interface State<T> {
  readonly kept: Kept<T> | null;
  readonly askedAt: Date;
  readonly ageMs: number;
  /** Something is known to have happened since the answer was asked for. */
  readonly isChanged: boolean;
}

const toState = <T>(wanted: Wanted<T>, { cached, clock }: ReadThroughParts): State<T> => {
  const kept = findKept(wanted, cached);
  const askedAt = clock.now();
  if (kept === null) return { kept, askedAt, ageMs: Number.POSITIVE_INFINITY, isChanged: false };
  const changedAt = cached.get(toMarkKey(kept.entry.key))?.fetchedAt;
  const isChanged = changedAt !== undefined && kept.entry.fetchedAt <= changedAt;
  return { kept, askedAt, ageMs: askedAt.getTime() - kept.entry.fetchedAt.getTime(), isChanged };
};

const toShapeSay = (error: z.ZodError): string => {
  const path = error.issues[0]?.path.join('.') ?? '';
  return path === '' ? "GitHub's answer is not readable" : `GitHub's answer is not readable (${path})`;
};

const toUnknown = (
  reason: UnknownReason,
  say: string,
  until: Date | null = null,
): Extract<Read<never>, { kind: 'unknown' }> => ({
  kind: 'unknown',
  reason,
  say,
  ...(until === null ? {} : { until }),
});

/** The limit says nothing about the client, so what was true a while ago is better than nothing; known changes are not hidden. */
const toTroubled = <T>(trouble: Trouble, { kept, isChanged, ageMs }: State<T>, staleMs: number): Read<T> => {
  const standsIn = trouble.reason === 'rate-limited' && !isChanged && ageMs < staleMs;
  return kept !== null && standsIn
    ? toKnown(kept.value, kept.entry.fetchedAt, trouble.until)
    : toUnknown(trouble.reason, trouble.say, trouble.until);
};

const remember = <T>(
  wanted: Wanted<T>,
  parts: ReadThroughParts,
  whole: T,
  fetchedAt: Date,
  etag: string | null,
): Read<T> => {
  const value = wanted.trim?.(whole) ?? whole;
  if (wanted.key !== null) parts.keep({ key: wanted.key, etag, fetchedAt, status: 200, body: value });
  return toKnown(value, fetchedAt);
};

const ask = async <T>(wanted: Wanted<T>, parts: ReadThroughParts, state: State<T>): Promise<Read<T>> => {
  const { kept, askedAt } = state;
  const answer = await parts.client.ask(wanted.repo, { ...wanted.question, etag: kept?.entry.etag ?? null });
  if (answer.kind === 'not-modified') {
    if (kept === null) return toUnknown('malformed', 'GitHub answered 304 unasked');
    return remember(wanted, parts, kept.value, askedAt, kept.entry.etag);
  }
  if (answer.kind === 'answer') {
    const parsed = wanted.schema.safeParse(answer.body);
    if (!parsed.success) return toUnknown('malformed', toShapeSay(parsed.error));
    return remember(wanted, parts, parsed.data, askedAt, answer.etag);
  }
  const empty = wanted.emptyOn?.status === answer.status ? wanted.emptyOn : undefined;
  return empty === undefined
    ? toTroubled(answer, state, parts.staleMs)
    : remember(wanted, parts, empty.answer, askedAt, null);
};

export const readThrough = async <T>(wanted: Wanted<T>, parts: ReadThroughParts): Promise<Read<T>> => {
  const state = toState(wanted, parts);
  const { kept, isChanged, ageMs } = state;
  const isGood =
    (!isChanged && ageMs < parts.maxAgeMs) || (kept !== null && wanted.isFinal?.(kept.value) === true);
  return kept !== null && isGood ? toKnown(kept.value, kept.entry.fetchedAt) : ask(wanted, parts, state);
};
