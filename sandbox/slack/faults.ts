// The misfortunes a test or the demo orders for coming API calls and deliveries. Each counts down its `times`;
// carrying them out is left to the API and the delivery.
import type { Json } from './json.ts';

export type ApiFault =
  | { readonly kind: 'rateLimit'; readonly retryAfterSeconds: number }
  | { readonly kind: 'serverError'; readonly status: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'loseAnswer' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'platformError'; readonly error: string };

export type DeliveryKind = 'command' | 'interaction' | 'event';

export type DeliveryFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'duplicate'; readonly copies: number }
  | { readonly kind: 'rewrite'; readonly change: (payload: Json) => Json }
  /** Waits for `turn`; whoever holds it says `done` when the delivery was answered. */
  | { readonly kind: 'hold'; readonly turn: Promise<void>; readonly done: () => void };

interface Times {
  readonly times?: number;
}

/** `method` is a Web API method, `response_url`, or `*` for any of them. */
export interface SlackFaults {
  readonly rateLimit: (method: string, options: Times & { readonly retryAfterSeconds: number }) => void;
  /** HTTP 500 unless told otherwise; nothing is done in Slack. */
  readonly serverError: (method: string, options?: Times & { readonly status?: number }) => void;
  /** The request is swallowed: nothing is done and nothing ever answered. */
  readonly silence: (method: string, options?: Times) => void;
  /** It is done in Slack, and the answer never comes: the connection is cut. */
  readonly loseAnswer: (method: string, options?: Times) => void;
  readonly slow: (method: string, options: Times & { readonly ms: number }) => void;
  readonly platformError: (method: string, error: string, options?: Times) => void;
  /** Cuts every Socket Mode connection without a word. */
  readonly dropSockets: () => void;
  /** Asks every Socket Mode connection to reconnect, as Slack does every few hours. */
  readonly refreshSockets: () => void;
  /** The bot never gets it; the person sees what Slack shows when an app does not answer. */
  readonly dropDelivery: (kind: DeliveryKind, options?: Times) => void;
  readonly delayDelivery: (kind: DeliveryKind, options: Times & { readonly ms: number }) => void;
  /** The same bytes arrive `copies` times in all (default 2), at once. */
  readonly duplicateDelivery: (kind: DeliveryKind, options?: Times & { readonly copies?: number }) => void;
  readonly rewriteDelivery: (kind: DeliveryKind, change: (payload: Json) => Json, options?: Times) => void;
  /** The next `count` deliveries (default 2) wait for each other and arrive in reverse order. */
  readonly reverseDeliveries: (kind: DeliveryKind, options?: { readonly count?: number }) => void;
  /** How many ordered faults have not happened yet: a test that leaves some did not test them. */
  readonly pending: () => number;
  readonly clear: () => void;
}

interface Ordered<Fault> {
  readonly on: string;
  readonly fault: Fault;
  left: number;
}

export interface FaultBook {
  readonly faults: SlackFaults;
  readonly takeApiFault: (method: string) => ApiFault | undefined;
  readonly takeDeliveryFault: (kind: DeliveryKind) => DeliveryFault | undefined;
}

const take = <Fault>(book: Ordered<Fault>[], on: string): Fault | undefined => {
  const found = book.find((entry) => entry.left > 0 && (entry.on === on || entry.on === '*'));
  if (!found) return undefined;
  found.left -= 1;
  return found.fault;
};

/** Plans `count` holds: the last to come goes first, and each one's answer lets the one before it go. */
const planReverse = (count: number, plan: (fault: DeliveryFault) => void): (() => void)[] => {
  const turns = Array.from({ length: count }, () => Promise.withResolvers<void>());
  turns.forEach((turn, at) => {
    const before = turns[at - 1];
    plan({
      kind: 'hold',
      turn: at === count - 1 ? Promise.resolve() : turn.promise,
      done: () => before?.resolve(),
    });
  });
  return turns.map((turn) => turn.resolve);
};

export const createFaultBook = (sockets: {
  readonly drop: () => void;
  readonly refresh: () => void;
}): FaultBook => {
  const api: Ordered<ApiFault>[] = [];
  const deliveries: Ordered<DeliveryFault>[] = [];
  const order = (method: string, fault: ApiFault, times = 1): void => {
    api.push({ on: method, fault, left: times });
  };
  const gates: (() => void)[] = [];
  const plan = (kind: DeliveryKind, fault: DeliveryFault, times = 1): void => {
    deliveries.push({ on: kind, fault, left: times });
  };

  const faults: SlackFaults = {
    rateLimit: (method, { retryAfterSeconds, times }) =>
      order(method, { kind: 'rateLimit', retryAfterSeconds }, times),
    serverError: (method, options = {}) =>
      order(method, { kind: 'serverError', status: options.status ?? 500 }, options.times),
    silence: (method, options = {}) => order(method, { kind: 'silence' }, options.times),
    loseAnswer: (method, options = {}) => order(method, { kind: 'loseAnswer' }, options.times),
    slow: (method, { ms, times }) => order(method, { kind: 'slow', ms }, times),
    platformError: (method, error, options = {}) =>
      order(method, { kind: 'platformError', error }, options.times),
    dropSockets: sockets.drop,
    refreshSockets: sockets.refresh,
    dropDelivery: (kind, options = {}) => plan(kind, { kind: 'drop' }, options.times),
    delayDelivery: (kind, { ms, times }) => plan(kind, { kind: 'delay', ms }, times),
    duplicateDelivery: (kind, options = {}) =>
      plan(kind, { kind: 'duplicate', copies: options.copies ?? 2 }, options.times),
    rewriteDelivery: (kind, change, options = {}) => plan(kind, { kind: 'rewrite', change }, options.times),
    reverseDeliveries: (kind, options = {}) => {
      gates.push(...planReverse(options.count ?? 2, (fault) => plan(kind, fault)));
    },
    pending: () => [...api, ...deliveries].reduce((sum, entry) => sum + entry.left, 0),
    clear: () => {
      api.length = 0;
      deliveries.length = 0;
      for (const open of gates.splice(0)) open();
    },
  };

  return {
    faults,
    takeApiFault: (method) => take(api, method),
    takeDeliveryFault: (kind) => take(deliveries, kind),
  };
};
