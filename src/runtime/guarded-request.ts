/** What `guarded-fetch.ts` is asked and what it answers. */
import type { FailedReason } from './guarded-failure.ts';

export interface GuardedRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** How long after `signal` the answer to what may have left is still waited for; default 0. What did not leave is given up at once. */
  readonly lateMs?: number;
  /** Shorter or longer than the default of this fetch. */
  readonly timeoutMs?: number;
  /** How many redirects on the same host to follow, 0–3 (default 3). With 0 a redirect is the answer, wherever it points. */
  readonly redirects?: number;
}

export type GuardedResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case; `set-cookie` may be an array. */
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly body: string;
      /** True when the body was longer than the cap and was cut. */
      readonly truncated: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly reason: FailedReason;
      readonly say: string;
      /** False: not a byte of the request was written, so the host cannot have carried it out. True also where nobody knows. */
      readonly mayHaveLeft: boolean;
    };
