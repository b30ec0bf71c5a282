/** Failed sign-ins: counted for each address, and looked up few at once. Whoever is good passes whatever others did, since behind a proxy all of them have one address. */

export interface FailureLimit {
  /** Runs the check, which answers null for a failure; then `limited` where its address had too many. A throw counts as none. */
  readonly check: <T>(address: string, check: () => Promise<T | null>) => Promise<T | null | 'limited'>;
}

const windowMs = 60_000;
/** Beyond this many addresses the longest unused is forgotten: memory is bounded, not the attacker's patience. */
const mostAddresses = 10_000;
/** Guesses wait for each other and leave the store's other connections to those who ask something. */
const mostChecksAtOnce = 3;

export const createFailureLimit = (mostPerMinute: number, nowMs: () => number): FailureLimit => {
  const failedAt = new Map<string, readonly number[]>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const inLine = async <T>(check: () => Promise<T>): Promise<T> => {
    // A place that is given on is never counted free in between, so nobody slips past the line.
    if (running >= mostChecksAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await check();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };

  /** Answers whether the address had its failures before this one; those beyond need not be remembered. */
  const countFailure = (address: string): boolean => {
    const recent = (failedAt.get(address) ?? []).filter((at) => nowMs() - at < windowMs);
    const isLimited = recent.length >= mostPerMinute;
    failedAt.delete(address);
    failedAt.set(address, isLimited ? recent : [...recent, nowMs()]);
    for (const oldest of failedAt.keys()) {
      if (failedAt.size <= mostAddresses) break;
      failedAt.delete(oldest);
    }
    return isLimited;
  };

  return {
    check: async (address, check) => {
      const found = await inLine(check);
      if (found !== null) return found;
      return countFailure(address) ? 'limited' : null;
    },
  };
};
