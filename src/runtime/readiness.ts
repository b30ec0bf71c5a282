/** Whether this process should get work: named checks, asked at once and each bounded. What a check looks at is the caller's. */
import { AcuopsError } from '../errors.ts';
import { within } from './bounded.ts';
import type { Logger } from './logger.ts';

/** null where all is well, else what is wrong in a few words that hold no secret. */
export type ReadyCheck = (signal: AbortSignal) => Promise<string | null>;

export interface ReadyResult {
  readonly name: string;
  readonly ok: boolean;
  readonly say: string;
  readonly ms: number;
}

export interface Readiness {
  readonly add: (name: string, check: ReadyCheck) => void;
  readonly read: () => Promise<{ readonly ready: boolean; readonly checks: readonly ReadyResult[] }>;
}

export interface ReadinessParts {
  readonly log: Logger;
  /** Aborted when the desk stops: from then on it is not ready, whatever the checks say. */
  readonly stopping?: AbortSignal;
  readonly boundMs?: number;
}

export const createReadiness = ({ log, stopping, boundMs = 1_000 }: ReadinessParts): Readiness => {
  const checks = new Map<string, ReadyCheck>();

  const ask = async (name: string, check: ReadyCheck): Promise<ReadyResult> => {
    const startedAt = performance.now();
    const bound = new AbortController();
    const trouble = await within(
      (async () => check(bound.signal))().catch((error: unknown) => {
        log.warn('a readiness check failed', { check: name, error });
        return error instanceof AcuopsError ? error.say : 'the check itself failed; the log says why';
      }),
      boundMs,
      () => `no answer within ${boundMs} ms`,
    );
    bound.abort();
    const ms = Math.round(performance.now() - startedAt);
    return { name, ok: trouble === null, say: trouble ?? 'ok', ms };
  };

  return {
    add: (name, check) => void checks.set(name, check),
    read: async () => {
      const results = await Promise.all([...checks].map(([name, check]) => ask(name, check)));
      const stop: readonly ReadyResult[] = stopping?.aborted
        ? [{ name: 'stopping', ok: false, say: 'the desk is stopping', ms: 0 }]
        : [];
      const all = [...stop, ...results];
      return { ready: all.every(({ ok }) => ok), checks: all };
    },
  };
};
