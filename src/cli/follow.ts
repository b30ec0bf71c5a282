/** Follows a started operation to its end by long polls. A desk that restarts meanwhile is waited for; the operation is in its hands either way. */
import { CliPicture } from '../operations/cli-protocol.ts';
import type { Exchange, Exchanger } from './exchange.ts';
import { createFailure, explainStatus, explainVersion, type Outcome } from './outcome.ts';
import type { Patience } from './patience.ts';

export interface FollowParts {
  readonly exchange: Exchanger;
  readonly patience: Patience;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
  /** Told of every picture of the unfinished operation. */
  readonly onProgress: (text: string) => void;
}

/** Shorter than what proxies bear, long enough to be cheap. */
const waitMs = 20_000;
const graceMs = 10_000;

export const follow = async (parts: FollowParts, operation: string): Promise<Outcome> => {
  let away = false;
  for (;;) {
    const exchange = await parts.exchange(
      {
        method: 'GET',
        path: `/operations/${operation}?waitMs=${waitMs}`,
        timeoutMs: waitMs + graceMs,
      },
      parts.signal,
    );
    parts.signal.throwIfAborted();
    if (exchange.kind === 'answer' && exchange.status < 500) {
      const outcome = readPicture(parts, exchange, operation);
      if (outcome) return outcome;
      away = false;
      continue;
    }
    if (!away) parts.note(`The desk is away; waiting for it. Operation ${operation} is kept.`);
    away = true;
    if (!(await parts.patience.wait(parts.signal)))
      return createFailure(
        4,
        `The desk did not come back. Operation ${operation} goes on when it does.`,
        operation,
      );
  }
};

/** null while the operation is open. */
const readPicture = (
  parts: FollowParts,
  exchange: Extract<Exchange, { kind: 'answer' }>,
  operation: string,
): Outcome | null => {
  if (exchange.status !== 200) return { ...explainStatus(exchange), operation };
  const picture = CliPicture.safeParse(exchange.body);
  if (!picture.success) return { ...explainVersion(), operation };
  const { state, exit, text, data } = picture.data;
  parts.patience.renew();
  if (state === 'open') {
    parts.onProgress(text);
    return null;
  }
  const end = exit ?? (state === 'done' ? 0 : 4);
  const said = text || `Operation ${operation}: ${state}.`;
  return { operation, state, exit: end, text: said, data, ...(state === 'refused' ? { say: said } : {}) };
};
