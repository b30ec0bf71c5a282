// Carries commands, interactions and events to the bot, over signed HTTP or a Socket Mode envelope, and says how the
// bot answered. Events are tried again as Slack does; commands and interactions never are.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryFault, DeliveryKind, FaultBook } from './faults.ts';
import { isJson, type Json, parseJson, readList, readText } from './json.ts';
import type { EnvelopeKind, Sockets } from './sockets.ts';

export type Signature = 'valid' | 'wrong' | 'old' | 'missing';

export interface Ack {
  /** answered: HTTP 200 or a socket ack in time. refused: another status. unreachable: nobody there. dropped: a fault of ours. */
  readonly kind: 'answered' | 'refused' | 'timeout' | 'unreachable' | 'dropped';
  readonly ok: boolean;
  /** The HTTP status, 200 for a socket ack, 0 for none. */
  readonly status: number;
  /** What came back: parsed JSON, text, or '' for an empty answer. */
  readonly body: unknown;
  readonly text: string;
  readonly blocks: readonly Json[];
  /** Why Slack would show the person an error although the bot answered. */
  readonly problem?: string;
  /** How often it was sent, the first time included. */
  readonly attempts: number;
  readonly elapsedMs: number;
}

export interface DeliverOptions {
  readonly signature?: Signature;
}

export interface DeliverySettings {
  readonly mode: 'http' | 'socket';
  readonly signingSecret: string;
  readonly ackTimeoutMs: number;
  /** Waits before the retries of an event; its length is their number. */
  readonly retryBackoffMs: readonly number[];
}

type Answer = Pick<Ack, 'kind' | 'status' | 'body'> & { readonly noRetry?: boolean };

export interface Delivery {
  readonly deliver: (kind: DeliveryKind, payload: Json, options?: DeliverOptions) => Promise<Ack>;
  readonly setRequestUrl: (url: string) => void;
}

const envelopeKinds: Readonly<Record<DeliveryKind, EnvelopeKind>> = {
  command: 'slash_commands',
  interaction: 'interactive',
  event: 'events_api',
};

const toBody = (kind: DeliveryKind, payload: Json): { body: string; type: string } => {
  if (kind === 'event') return { body: JSON.stringify(payload), type: 'application/json' };
  const fields: Record<string, string> =
    kind === 'interaction'
      ? { payload: JSON.stringify(payload) }
      : Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
  return { body: new URLSearchParams(fields).toString(), type: 'application/x-www-form-urlencoded' };
};

/** Signed with the real time whatever clock the front has: the receiver compares with its own. */
const sign = (body: string, secret: string, signature: Signature): Record<string, string> => {
  if (signature === 'missing') return {};
  const at = Math.floor(Date.now() / 1000) - (signature === 'old' ? 6 * 60 : 0);
  const key = signature === 'wrong' ? `${secret} not` : secret;
  const mark = createHmac('sha256', key).update(`v0:${at}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(at), 'x-slack-signature': `v0=${mark}` };
};

const retryReason = (answer: Answer): string => {
  if (answer.kind === 'timeout') return 'http_timeout';
  return answer.kind === 'unreachable' ? 'connection_failed' : 'http_error';
};

const toAck = (answer: Answer, attempts: number, startedAt: number): Ack => {
  const body = isJson(answer.body) ? answer.body : {};
  return {
    kind: answer.kind,
    ok: answer.kind === 'answered',
    status: answer.status,
    body: answer.body,
    text: typeof answer.body === 'string' ? answer.body : (readText(body, 'text') ?? ''),
    blocks: readList(body, 'blocks'),
    attempts,
    elapsedMs: Math.round(performance.now() - startedAt),
  };
};

export const createDelivery = (settings: DeliverySettings, sockets: Sockets, book: FaultBook): Delivery => {
  let requestUrl = '';

  const post = async (
    kind: DeliveryKind,
    payload: Json,
    signature: Signature,
    retry: Record<string, string>,
  ): Promise<Answer> => {
    if (requestUrl === '') return { kind: 'unreachable', status: 0, body: '' };
    const { body, type } = toBody(kind, payload);
    try {
      const response = await fetch(requestUrl, {
        method: 'POST',
        headers: { 'content-type': type, ...sign(body, settings.signingSecret, signature), ...retry },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(settings.ackTimeoutMs),
      });
      const text = await response.text();
      const answer = { status: response.status, body: parseJson(text) ?? text };
      if (response.ok) return { kind: 'answered', ...answer };
      return { kind: 'refused', ...answer, noRetry: response.headers.get('x-slack-no-retry') === '1' };
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      return { kind: isLate ? 'timeout' : 'unreachable', status: 0, body: '' };
    }
  };

  const send = async (kind: DeliveryKind, payload: Json, retry: Json): Promise<Answer> => {
    const ack = await sockets.send(envelopeKinds[kind], payload, { timeoutMs: settings.ackTimeoutMs, retry });
    if (ack.kind === 'acked') return { kind: 'answered', status: 200, body: ack.payload ?? '' };
    return { kind: ack.kind === 'timeout' ? 'timeout' : 'unreachable', status: 0, body: '' };
  };

  const attempt = (
    kind: DeliveryKind,
    payload: Json,
    signature: Signature,
    number: number,
    reason: string,
  ) => {
    if (settings.mode === 'http') {
      const headers = { 'x-slack-retry-num': String(number), 'x-slack-retry-reason': reason };
      return post(kind, payload, signature, number ? headers : {});
    }
    const isEvent = kind === 'event';
    return send(kind, payload, isEvent ? { retry_attempt: number, retry_reason: number ? reason : '' } : {});
  };

  const carry = async (
    kind: DeliveryKind,
    payload: Json,
    signature: Signature,
    startedAt: number,
  ): Promise<Ack> => {
    const waits = kind === 'event' ? settings.retryBackoffMs : [];
    let answer = await attempt(kind, payload, signature, 0, '');
    let attempts = 1;
    for (const waitMs of waits) {
      if (answer.kind === 'answered' || answer.noRetry) break;
      if (waitMs > 0) await sleep(waitMs);
      answer = await attempt(kind, payload, signature, attempts, retryReason(answer));
      attempts += 1;
    }
    return toAck(answer, attempts, startedAt);
  };

  const suffer = async (
    fault: DeliveryFault,
    carryOn: (payload: Json) => Promise<Ack>,
    payload: Json,
  ): Promise<Ack> => {
    switch (fault.kind) {
      case 'drop':
        return toAck({ kind: 'dropped', status: 0, body: '' }, 0, performance.now());
      case 'delay':
        await sleep(fault.ms);
        return carryOn(payload);
      case 'rewrite':
        return carryOn(fault.change(payload));
      case 'hold':
        await fault.turn;
        try {
          return await carryOn(payload);
        } finally {
          fault.done();
        }
      case 'duplicate': {
        const [first] = await Promise.all(Array.from({ length: fault.copies }, () => carryOn(payload)));
        return first ?? carryOn(payload);
      }
      default:
        return fault satisfies never;
    }
  };

  return {
    setRequestUrl: (url) => {
      requestUrl = url;
    },
    deliver: (kind, payload, options = {}) => {
      const startedAt = performance.now();
      const carryOn = (changed: Json) => carry(kind, changed, options.signature ?? 'valid', startedAt);
      const fault = book.takeDeliveryFault(kind);
      return fault ? suffer(fault, carryOn, payload) : carryOn(payload);
    },
  };
};
