/** GitHub's two limits on a clock that tests move: 5,000 requests an hour (primary) and 900 points a minute or 100 at once (secondary), each per caller. */

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'primary' }
  | { readonly kind: 'secondary'; readonly retryAfterSeconds: number };

interface Bucket {
  used: number;
  resetAt: number;
  points: number;
  minuteEndsAt: number;
  inFlight: number;
}

export interface LimitFigures {
  readonly perHour: number;
  readonly pointsPerMinute: number;
  readonly atOnce: number;
}

const gitHubFigures: LimitFigures = { perHour: 5000, pointsPerMinute: 900, atOnce: 100 };

export type Limits = ReturnType<typeof createLimits>;

export const createLimits = (clock: () => number, changed: Partial<LimitFigures> = {}) => {
  const figures = { ...gitHubFigures, ...changed };
  const buckets = new Map<string, Bucket>();
  const perHourOf = (key: string): number => (key === 'anonymous' ? 60 : figures.perHour);

  const bucketOf = (key: string): Bucket => {
    const now = clock();
    const bucket = buckets.get(key) ?? {
      used: 0,
      resetAt: now + 3_600_000,
      points: 0,
      minuteEndsAt: now + 60_000,
      inFlight: 0,
    };
    if (now >= bucket.resetAt) Object.assign(bucket, { used: 0, resetAt: now + 3_600_000 });
    if (now >= bucket.minuteEndsAt) Object.assign(bucket, { points: 0, minuteEndsAt: now + 60_000 });
    buckets.set(key, bucket);
    return bucket;
  };

  /** Counts the points and takes a place; call `leave` once for every admitted request. */
  const admit = (key: string, method: string): Admission => {
    const bucket = bucketOf(key);
    if (bucket.used >= perHourOf(key)) return { kind: 'primary' };
    const cost = method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? 1 : 5;
    if (bucket.points + cost > figures.pointsPerMinute) {
      return {
        kind: 'secondary',
        retryAfterSeconds: Math.max(1, Math.ceil((bucket.minuteEndsAt - clock()) / 1000)),
      };
    }
    if (bucket.inFlight >= figures.atOnce) return { kind: 'secondary', retryAfterSeconds: 60 };
    bucket.points += cost;
    bucket.inFlight += 1;
    return { kind: 'admitted' };
  };

  const toHeaders = (key: string): Record<string, string> => {
    const bucket = bucketOf(key);
    return {
      'x-ratelimit-limit': String(perHourOf(key)),
      'x-ratelimit-remaining': String(Math.max(0, perHourOf(key) - bucket.used)),
      'x-ratelimit-used': String(bucket.used),
      'x-ratelimit-reset': String(Math.ceil(bucket.resetAt / 1000)),
      'x-ratelimit-resource': 'core',
    };
  };

  const toOverview = (key: string): Record<string, unknown> => {
    const bucket = bucketOf(key);
    const toRate = (limit: number, used: number) => ({
      limit,
      used,
      remaining: Math.max(0, limit - used),
      reset: Math.ceil(bucket.resetAt / 1000),
    });
    const core = toRate(perHourOf(key), bucket.used);
    return { resources: { core, search: toRate(30, 0), graphql: toRate(5000, 0) }, rate: core };
  };

  return {
    admit,
    toHeaders,
    toOverview,
    leave: (key: string): void => {
      // Not below none: a reset may have come in between.
      const bucket = bucketOf(key);
      bucket.inFlight = Math.max(0, bucket.inFlight - 1);
    },
    charge: (key: string, requests: number): void => {
      bucketOf(key).used += requests;
    },
    /** Leaves so many requests of the hour to every caller, seen or not yet seen under these keys. */
    leaveRemaining: (keys: readonly string[], remaining: number, endsInMs = 3_600_000): void => {
      for (const key of keys) {
        const bucket = bucketOf(key);
        bucket.used = perHourOf(key) - remaining;
        bucket.resetAt = Math.min(bucket.resetAt, clock() + endsInMs);
      }
    },
    reset: (): void => buckets.clear(),
  };
};
