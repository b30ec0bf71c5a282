/**
 * The `fetch` that Octokit sends everything through: within the budget, at most so many at once, with a time and a size limit.
 * A request that the budget refuses is answered here with a 429, so that callers see one kind of "rate-limited".
 */
import { Agent, fetch as send } from 'undici';
import type { Budget } from './budget.ts';
import { createGate } from './gate.ts';

/** As much of a request as Octokit hands over. */
export interface FetchInit {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | undefined;
  readonly redirect?: 'follow' | 'manual' | 'error' | undefined;
  readonly signal?: AbortSignal | null | undefined;
}
export type LimitedFetch = (url: string, init: FetchInit) => Promise<Response>;

export interface LimitedFetchOptions {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly concurrency: number;
}

const isRead = (method: string | undefined): boolean =>
  method === undefined || method === 'GET' || method === 'HEAD';

/** Points of GitHub's secondary limit: reads 1, writes 5. It does not say that a 304 is free there, so it counts. */
const pointsOf = (init: FetchInit): number => (isRead(init.method) ? 1 : 5);

const toRefusal = (until: Date, now: number): Response => {
  const seconds = Math.max(1, Math.ceil((until.getTime() - now) / 1_000));
  const message = 'our own budget of GitHub requests is used up';
  return Response.json({ message }, { status: 429, headers: { 'retry-after': String(seconds) } });
};

const readBody = async (
  response: { readonly body: AsyncIterable<Uint8Array> | null },
  maxBytes: number,
): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > maxBytes) throw new Error(`GitHub's answer is longer than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
};

/** Octokit and its retries leave an AbortError alone, and only that: a slow GitHub is not asked again at once. */
const toAbort = (error: unknown, deadline: AbortSignal, timeoutMs: number): unknown => {
  if (!deadline.aborted) return error;
  return new DOMException(`GitHub did not answer within ${timeoutMs} ms`, 'AbortError');
};

export const isSecondaryLimit = (status: number, headers: Headers, body: string): boolean =>
  (status === 403 || status === 429) && (headers.has('retry-after') || /secondary rate limit/i.test(body));

export const createLimitedFetch = (options: LimitedFetchOptions) => {
  const { timeoutMs, maxBytes, concurrency } = options;
  const agent = new Agent({ keepAliveTimeout: 10_000, connections: concurrency });
  const gate = createGate(concurrency);

  const exchange = async (url: string, init: FetchInit, budget: Budget): Promise<Response> => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    try {
      const answer = await send(url, { ...toSendable(init), signal, dispatcher: agent });
      const body = await readBody(answer, maxBytes);
      const headers = new Headers([...answer.headers]);
      const hasNoBody = answer.status === 204 || answer.status === 205 || answer.status === 304;
      budget.note(
        answer.status,
        headers,
        isSecondaryLimit(answer.status, headers, hasNoBody ? '' : body.subarray(0, 2_000).toString()),
      );
      return new Response(hasNoBody ? null : new Uint8Array(body), { status: answer.status, headers });
    } catch (error) {
      throw init.signal?.aborted
        ? new DOMException('the caller stopped waiting', 'AbortError')
        : toAbort(error, deadline, timeoutMs);
    }
  };

  /** One per account: each has its own budget, all share the connections. */
  const forBudget =
    (budget: Budget, now: () => number): LimitedFetch =>
    (url, init) =>
      gate.run(init.signal, async () => {
        const admission = await budget.admit(pointsOf(init), init.signal);
        return admission.kind === 'go' ? exchange(url, init, budget) : toRefusal(admission.until, now());
      });

  return { forBudget, close: (): Promise<void> => agent.destroy() };
};

const toSendable = ({ method, headers, body, redirect }: FetchInit) => ({
  method: method ?? 'GET',
  headers: headers ?? {},
  ...(body === undefined ? {} : { body }),
  ...(redirect === undefined ? {} : { redirect }),
});
