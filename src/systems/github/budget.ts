/**
 * Keeps one GitHub account inside its limits: at most so many points in any minute (the secondary limit) over all processes, and what the
 * answers' headers say of the hour (the primary one). A request either goes, waits a moment, or is told until when there is nothing to be had.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../runtime/bounded.ts';
import type { Clock } from '../../runtime/clock.ts';
import {
  blockUntil,
  countPoints,
  createOwnLedgers,
  emptyLedger,
  type Grant,
  grantBlock,
  type PointBlock,
  type PointLedger,
  type PointLedgers,
} from './points.ts';

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
  readonly account: string;
  /** Kept where all processes see it. */
  readonly ledgers: PointLedgers;
  /** GitHub allows 900; the default of 850 leaves room for the time that requests travel. */
  readonly pointsPerMinute?: number;
  /** Longer waits are refused at once, so that a caller can say so instead of hanging. */
  readonly maxWaitMs?: number;
  /** For tests: waits so long, or rejects when the signal is aborted. */
  readonly wait?: (ms: number, signal: AbortSignal | null | undefined) => Promise<unknown>;
}

/** GitHub's own advice where no Retry-After is given (rate limits page, best practices). */
const fallbackWaitMs = 60_000;
/** So many are taken at once: a trip to the ledger for each of them would cost more than they do. */
const blockPoints = 50;
/** Where the ledger is out of reach: what lies between our 850 and GitHub's 900, whatever the others spend. */
const alonePoints = 50;
const ledgerMs = 5_000;
/** So long it is not asked again. */
const awayMs = 10_000;

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

interface Taken {
  readonly grant: Grant;
  readonly ledger: PointLedger;
}

/** Points in hand, to be spent by this process alone. */
interface Hand {
  readonly block: PointBlock;
  readonly left: number;
  readonly spentAt: number;
}

const toSettled = ({ block, left, spentAt }: Hand): PointBlock => ({
  id: block.id,
  points: block.points - left,
  lastAt: spentAt,
});

export const createBudget = (options: BudgetOptions): Budget => {
  const { clock, account, ledgers, pointsPerMinute = 850, maxWaitMs = 10_000, wait = waitFor } = options;
  const own = createOwnLedgers();
  const readTime = (): number => clock.now().getTime();
  let seen: PointLedger = emptyLedger;
  let hand: Hand | null = null;
  let primary: PrimaryBudget | null = null;
  let blockedUntil = 0;
  let awayUntil = 0;
  let line: Promise<unknown> = Promise.resolve();

  const takeFrom = (from: PointLedgers, least: number, perMinute: number): Promise<Taken> => {
    const settled = hand && toSettled(hand);
    hand = null;
    return from.change(account, (known) => {
      const wish = { id: randomUUID(), now: readTime(), least, most: blockPoints, perMinute, settled };
      const { ledger, answer } = grantBlock(known, wish);
      return { ledger, answer: { grant: answer, ledger } };
    });
  };

  const takeShared = async (least: number): Promise<Taken | null> => {
    if (readTime() < awayUntil) return null;
    const asked = takeFrom(ledgers, least, pointsPerMinute).catch(() => null);
    const taken = await within(asked, ledgerMs, () => null);
    if (taken === null) awayUntil = readTime() + awayMs;
    else seen = taken.ledger;
    return taken;
  };

  const take = async (least: number): Promise<Taken> =>
    (await takeShared(least)) ?? takeFrom(own, least, Math.min(alonePoints, pointsPerMinute));

  const readHeld = (): number => {
    const hour = primary !== null && primary.remaining <= 0 ? primary.resetAt.getTime() : 0;
    return Math.max(hour, blockedUntil);
  };

  /** Whether the hand held as many. */
  const spend = (points: number): boolean => {
    const now = readTime();
    if (hand === null || hand.left < points || hand.block.lastAt < now) return false;
    hand = { ...hand, left: hand.left - points, spentAt: now };
    return true;
  };

  /** `go`, or the moment to try again. */
  const decide = async (points: number): Promise<'go' | number> => {
    if (readHeld() > readTime()) return readHeld();
    if (spend(points)) return 'go';
    const { grant, ledger } = await take(points);
    blockedUntil = Math.max(blockedUntil, ledger.blockedUntil);
    if (grant.kind === 'later') return grant.at;
    hand = { block: grant.block, left: grant.block.points, spentAt: 0 };
    // GitHub may have said something meanwhile, and a slow ledger's block may have lapsed.
    if (readHeld() > readTime()) return readHeld();
    return spend(points) ? 'go' : readTime();
  };

  /** One after the other: a block is taken for all who wait. */
  const inLine = <T>(work: () => Promise<T>): Promise<T> => {
    const done = line.then(work);
    line = done.catch(() => undefined);
    return done;
  };

  const admit: Budget['admit'] = async (points, signal) => {
    const lastAt = readTime() + maxWaitMs;
    for (;;) {
      const decided = await inLine(async () => {
        signal?.throwIfAborted();
        return decide(points);
      });
      if (decided === 'go') return { kind: 'go' };
      if (decided > lastAt) return { kind: 'refused', until: new Date(decided) };
      await wait(decided - readTime(), signal);
    }
  };

  const note: Budget['note'] = (status, headers, isSecondary) => {
    primary = toPrimary(headers) ?? primary;
    if (!isSecondary && status !== 429) return;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : fallbackWaitMs;
    const until = readTime() + waitMs;
    blockedUntil = Math.max(blockedUntil, until);
    // The other processes hear of it with their next block; where they cannot, GitHub tells them itself.
    ledgers.change(account, (ledger) => blockUntil(ledger, until)).catch(() => undefined);
  };

  const state = (): BudgetState => {
    const now = readTime();
    // Of the block in hand only what is spent; the others' blocks are as they were when the last one was taken.
    const blocks = seen.blocks.map((block) => (block.id === hand?.block.id ? toSettled(hand) : block));
    return {
      primary,
      pointsLeft: Math.max(0, pointsPerMinute - countPoints(blocks, now)),
      pointsPerMinute,
      blockedUntil: blockedUntil > now ? new Date(blockedUntil) : null,
    };
  };
  return { admit, note, state };
};
