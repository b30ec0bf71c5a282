/** Following an operation from a terminal: one long poll. What the asker may see of it is the port's to decide. */
import type { ServerResponse } from 'node:http';
import type { Actor } from '../operations/call.ts';
import { type CliPicture, isSpokenId, longestWaitMs } from '../operations/cli-protocol.ts';
import type { Json } from '../operations/json.ts';
import type { Message } from '../operations/message.ts';
import type { OperationState } from '../operations/operation.ts';
import type { ExitCode } from '../operations/refusal.ts';
import { sendFault, sendJson } from './answer.ts';
import { type PlainText, toTerminalSay, toTerminalText } from './cli-text.ts';

export interface OperationPicture {
  readonly state: OperationState;
  readonly exit: ExitCode | null;
  /** null where nothing is drawn yet. */
  readonly message: Message | null;
  readonly data: Json;
}

/** Answers when the operation is finished, or after `waitMs`, or when the signal fires; null where there is none that this actor may see. */
export type WaitFor = (
  spokenId: string,
  actor: Actor,
  waitMs: number,
  signal: AbortSignal,
) => Promise<OperationPicture | null>;

export interface WatchParts {
  readonly waitFor: WaitFor;
  readonly plain: PlainText;
  /** Aborted when the desk stops: nobody is kept waiting then. */
  readonly stopping: AbortSignal;
}

export const answerWatch = async (
  parts: WatchParts,
  actor: Actor,
  asked: { readonly spokenId: string; readonly waitMs: string | null },
  response: ServerResponse,
): Promise<void> => {
  const spokenId = asked.spokenId.toUpperCase();
  const waitMs = parseWait(asked.waitMs);
  if (!isSpokenId(spokenId))
    return sendFault(response, 400, 'usage', 'An operation is named by six letters and figures.');
  if (waitMs === null)
    return sendFault(response, 400, 'usage', `waitMs must be a number from 0 to ${longestWaitMs}.`);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, parts.stopping]);
  const picture = await Promise.race([
    parts.waitFor(spokenId, actor, waitMs, signal),
    waitForAbort(parts.stopping, gone.signal),
  ]);
  if (picture === 'stopping')
    return sendFault(response, 503, 'stopping', 'The desk is stopping.', { 'retry-after': '1' });
  if (picture === null)
    return sendFault(response, 404, 'not-found', `There is no operation ${spokenId} that you may see.`);
  sendJson(response, 200, toWire(spokenId, picture, parts.plain));
};

const parseWait = (text: string | null): number | null => {
  if (text === null) return 0;
  return /^\d{1,6}$/u.test(text) && Number(text) <= longestWaitMs ? Number(text) : null;
};

/** Resolves only while the caller is there to be told; the listener goes with the caller. */
const waitForAbort = (stopping: AbortSignal, gone: AbortSignal): Promise<'stopping'> =>
  new Promise((resolve) => {
    if (stopping.aborted) resolve('stopping');
    stopping.addEventListener('abort', () => resolve('stopping'), { once: true, signal: gone });
  });

const toWire = (spokenId: string, picture: OperationPicture, plain: PlainText): CliPicture => ({
  operation: spokenId,
  state: picture.state,
  exit: picture.exit,
  text: picture.message ? toTerminalText(picture.message, plain) : '',
  data: toWireData(picture, plain),
});

/** Why it was refused, as it reads here. */
const toWireData = ({ state, data }: OperationPicture, plain: PlainText): Json =>
  state === 'refused' && data !== null && typeof data === 'object' && 'say' in data
    ? { ...data, say: typeof data['say'] === 'string' ? toTerminalSay(data['say'], plain) : data['say'] }
    : data;
