/**
 * Keeps one GitHub account inside its limits: at most so many points in any minute (the secondary limit), and what the answers' headers
 * say of the hour (the primary one). A request either goes, waits a moment, or is told until when there is nothing to be had.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../runtime/clock.ts';

export interface PrimaryBudget {
  readonly remaining: number;
  readonly limit: number;
  readonly resetAt: Date;
}

export interface BudgetState {
  readonly primary: PrimaryBudget | null;
  readonly pointsLeft: number;
  readonly pointsPerMinute: number;
  /** GitHub told us to wait until then. */
  readonly blockedUntil: Date | null;
}

export type Admission = { readonly kind: 'go' } | { readonly kind: 'refused'; readonly until: Date };

export interface Budget {
  /** Resolves when the request may be sent. @throws the signal's reason when it is aborted while waiting. */
  readonly admit: (points: number, signal?: AbortSignal | null) => Promise<Admission>;
  /** To be told of every answer. */
  readonly note: (status: number, headers: Headers, isSecondary: boolean) => void;
  readonly state: () => BudgetState;
}

export interface BudgetOptions {
  readonly clock: Clock;
  /** GitHub allows 900; the default of 850 leaves room for the time that requests travel. */
  readonly pointsPerMinute?: number;
  /** Longer waits are refused at once, so that a caller can say so instead of hanging. */
  readonly maxWaitMs?: number;
  /** For tests: waits so long, or rejects when the signal is aborted. */
  readonly wait?: (ms: number, signal: AbortSignal | null | undefined) => Promise<unknown>;
}

/** GitHub's own advice where no Retry-After is given (rate limits page, best practices). */
const fallbackWaitMs = 60_000;
const windowMs = 60_000;

const waitFor: NonNullable<BudgetOptions['wait']> = (ms, signal) =>
  sleep(ms, undefined, signal ? { signal } : {});

const toPrimary = (headers: Headers): PrimaryBudget | null => {
  const [remaining, limit, reset] = ['remaining', 'limit', 'reset'].map((name) =>
    headers.get(`x-ratelimit-${name}`),
  );
  if (headers.get('x-ratelimit-resource') !== 'core' || remaining === undefined || remaining === null)
    return null;
  return { remaining: Number(remaining), limit: Number(limit), resetAt: new Date(Number(reset) * 1_000) };
};

export const createBudget = (options: BudgetOptions): Budget => {
  const { clock, pointsPerMinute = 850, maxWaitMs = 10_000, wait = waitFor } = options;
  /** When each point was or will be spent, in order. */
  const spent: number[] = [];
  let primary: PrimaryBudget | null = null;
  let blockedUntil = 0;

  const forget = (now: number): void => {
    const first = spent.findIndex((at) => at > now - windowMs);
    spent.splice(0, first === -1 ? spent.length : first);
  };

  const decideStart = (points: number, now: number): number => {
    forget(now);
    const free =
      spent.length + points <= pointsPerMinute
        ? now
        : (spent[spent.length + points - pointsPerMinute - 1] ?? now) + windowMs;
    const hour = primary !== null && primary.remaining <= 0 ? primary.resetAt.getTime() : 0;
    return Math.max(free, hour, blockedUntil, now);
  };

  const reserve = (points: number, at: number): void => {
    const place = spent.findLastIndex((other) => other <= at) + 1;
    spent.splice(place, 0, ...Array.from({ length: points }, () => at));
  };

  const release = (points: number, at: number): void => {
    const place = spent.indexOf(at);
    if (place >= 0) spent.splice(place, points);
  };

  const admit: Budget['admit'] = async (points, signal) => {
    signal?.throwIfAborted();
    const now = clock.now().getTime();
    const at = decideStart(points, now);
    if (at - now > maxWaitMs) return { kind: 'refused', until: new Date(at) };
    reserve(points, at);
    if (at === now) return { kind: 'go' };
    try {
      await wait(at - now, signal);
      return { kind: 'go' };
    } catch (error) {
      release(points, at);
      throw error;
    }
  };

  const note: Budget['note'] = (status, headers, isSecondary) => {
    primary = toPrimary(headers) ?? primary;
    if (!isSecondary && status !== 429) return;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : fallbackWaitMs;
    blockedUntil = Math.max(blockedUntil, clock.now().getTime() + waitMs);
  };

  const state = (): BudgetState => {
    const now = clock.now().getTime();
    forget(now);
    return {
      primary,
      pointsLeft: Math.max(0, pointsPerMinute - spent.length),
      pointsPerMinute,
      blockedUntil: blockedUntil > now ? new Date(blockedUntil) : null,
    };
  };
  return { admit, note, state };
};
