/** One wish brought to the desk: the same key on every try, so that a lost connection never does a thing twice. */
import { randomUUID } from 'node:crypto';
import { CliAnswer, type CliCall } from '../operations/cli-protocol.ts';
import type { DeskAddress, Exchange, Exchanger } from './exchange.ts';
import { createFailure, explainStatus, explainUnreachable, explainVersion, type Outcome } from './outcome.ts';
import type { Patience } from './patience.ts';

export interface AskParts {
  readonly address: DeskAddress;
  readonly exchange: Exchanger;
  readonly patience: Patience;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Slack would have given up long before; a desk that is silent for so long is gone. */
const answerTimeoutMs = 15_000;

export const ask = async (
  parts: AskParts,
  words: readonly string[],
  json: boolean,
): Promise<CliAnswer | Outcome> => {
  const body: CliCall = { words: [...words], key: randomUUID(), json };
  let lost = false;
  for (;;) {
    const exchange = await parts.exchange(
      { method: 'POST', path: '/call', body, timeoutMs: answerTimeoutMs },
      parts.signal,
    );
    parts.signal.throwIfAborted();
    if (exchange.kind === 'unreachable' && !lost) return explainUnreachable(parts.address, exchange.code);
    if (exchange.kind === 'answer' && !isFromBetween(exchange)) return parseAnswer(exchange);
    if (!lost) parts.note('The connection was lost before an answer came; asking again under the same key.');
    lost = true;
    if (!(await parts.patience.wait(parts.signal)))
      return createFailure(
        4,
        'The desk was lost before it answered, so it is not known whether it took this. Look in Slack, or as an admin with `npm run acuops -- audit`, before you ask again.',
      );
  }
};

/** A proxy before the desk answers so when it got nothing back: as good as a lost connection. */
const isFromBetween = ({ status }: Extract<Exchange, { kind: 'answer' }>): boolean =>
  status === 502 || status === 504;

const parseAnswer = (exchange: Extract<Exchange, { kind: 'answer' }>): CliAnswer | Outcome => {
  if (exchange.status !== 200) return explainStatus(exchange);
  const answer = CliAnswer.safeParse(exchange.body);
  return answer.success ? answer.data : explainVersion();
};
