/** Asks the request door within Slack's patience, and turns what went wrong into words. */
import { AcuopsError } from '../errors.ts';
import type { Call } from '../operations/call.ts';
import type { Receipt, RequestDoor } from '../operations/request.ts';
import { createSpokenId } from '../runtime/ids.ts';
import type { Log } from './log.ts';
import { renderBroken, renderLine, storeAway } from './receipts.ts';
import type { Reply } from './reply.ts';

export type Ended<T = Receipt> =
  | { readonly kind: 'receipt'; readonly receipt: T }
  | { readonly kind: 'failed'; readonly error: unknown; readonly reply: Reply };

/** `late`: not known yet; `end` never rejects. */
export type Asked<T = Receipt> = Ended<T> | { readonly kind: 'late'; readonly end: Promise<Ended<T>> };

/** Of Slack's 3 s, with room for the way back. */
export const answerWithinMs = 2_500;

export const askInTime = async <T>(
  work: () => Promise<T>,
  log: Log,
  withinMs: number = answerWithinMs,
): Promise<Asked<T>> => {
  const end = settle(work, log);
  const late = Promise.withResolvers<Asked<T>>();
  const timer = setTimeout(() => late.resolve({ kind: 'late', end }), withinMs);
  const asked = await Promise.race([end, late.promise]);
  clearTimeout(timer);
  return asked;
};

const settle = async <T>(work: () => Promise<T>, log: Log): Promise<Ended<T>> => {
  try {
    return { kind: 'receipt', receipt: await work() };
  } catch (error) {
    return { kind: 'failed', error, reply: explainFailure(error, log) };
  }
};

/** A person sees words or a reference; the log has the rest under it. */
export const explainFailure = (error: unknown, log: Log): Reply => {
  if (isStoreAway(error)) {
    log('warn', 'a request could not be written down', { error });
    return storeAway;
  }
  if (error instanceof AcuopsError && error.code !== 'broken') {
    log('warn', 'a request failed', { error });
    return renderLine(`${error.say} Nothing was started.`);
  }
  const reference = createSpokenId();
  log('error', 'something broke', { reference, error });
  return renderBroken(reference);
};

export const isStoreAway = (error: unknown): boolean =>
  error instanceof AcuopsError && error.code === 'store-unavailable';

export const ask = (door: RequestDoor, call: Call) => (): Promise<Receipt> => door.request(call);
