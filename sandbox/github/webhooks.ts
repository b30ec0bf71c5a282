/** Webhook deliveries as GitHub makes them: signed, at most once, given up after ten seconds, never sent again by themselves. Tests may lose, double or reorder them. */
import { createHmac, randomUUID } from 'node:crypto';

export interface Delivery {
  readonly guid: string;
  readonly event: string;
  readonly action: string;
  readonly body: string;
  /** Answer of the target; null: never sent, or no answer came. */
  status: number | null;
}

export interface WebhookControls {
  /** The next so many happenings are never delivered. */
  lose(times: number): void;
  /** The next so many are delivered twice, with the same delivery id. */
  duplicate(times: number): void;
  /** The next so many are each held back until the one after them was delivered. */
  reorder(times: number): void;
  /** Everything that was to be sent so far, lost ones included. */
  deliveries(): readonly Delivery[];
  /** As the button on GitHub's page: same delivery id, same body. */
  redeliver(guid: string): Promise<void>;
  /** Resolves when nothing is on its way; a held-back delivery does not count. */
  settled(): Promise<void>;
}

export interface Webhooks extends WebhookControls {
  setTarget(url: string | null): void;
  send(event: string, action: string, payload: unknown): void;
  stop(): Promise<void>;
}

const giveUpMs = 10_000;

export const createWebhooks = (options: { readonly secret: string; readonly appId: number }): Webhooks => {
  const all: Delivery[] = [];
  const left = { lose: 0, duplicate: 0, reorder: 0 };
  const stopping = new AbortController();
  let target: string | null = null;
  let held: Delivery | undefined;
  let chain: Promise<void> = Promise.resolve();

  const post = async (delivery: Delivery): Promise<void> => {
    if (target === null) return;
    const sign = (algorithm: string): string =>
      `${algorithm}=${createHmac(algorithm, options.secret).update(delivery.body).digest('hex')}`;
    try {
      const response = await fetch(target, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(giveUpMs), stopping.signal]),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'GitHub-Hookshot/8f2c1d0',
          'x-github-delivery': delivery.guid,
          'x-github-event': delivery.event,
          'x-github-hook-id': '480113',
          'x-github-hook-installation-target-id': String(options.appId),
          'x-github-hook-installation-target-type': 'integration',
          'x-hub-signature': sign('sha1'),
          'x-hub-signature-256': sign('sha256'),
        },
        body: delivery.body,
      });
      delivery.status = response.status;
      await response.body?.cancel();
    } catch {
      // As with GitHub, nobody is told: the delivery is only marked as having no answer.
      delivery.status = null;
    }
  };

  const enqueue = (delivery: Delivery): void => {
    chain = chain.then(() => post(delivery));
  };

  const take = (name: keyof typeof left): boolean => {
    if (left[name] === 0) return false;
    left[name] -= 1;
    return true;
  };

  return {
    lose: (times) => {
      left.lose = times;
    },
    duplicate: (times) => {
      left.duplicate = times;
    },
    reorder: (times) => {
      left.reorder = times;
    },
    deliveries: () => all,
    redeliver: async (guid) => {
      const found = all.find((delivery) => delivery.guid === guid);
      if (!found) throw new Error(`no delivery ${guid} was made`);
      await post(found);
    },
    settled: async () => {
      let seen: Promise<void> | undefined;
      while (seen !== chain) {
        seen = chain;
        await seen;
      }
    },
    setTarget: (url) => {
      target = url;
    },
    send: (event, action, payload) => {
      const delivery: Delivery = {
        guid: randomUUID(),
        event,
        action,
        body: JSON.stringify(payload),
        status: null,
      };
      all.push(delivery);
      if (take('lose')) return;
      const waiting = held;
      held = undefined;
      if (!waiting && take('reorder')) {
        held = delivery;
        return;
      }
      enqueue(delivery);
      if (take('duplicate')) enqueue(delivery);
      if (waiting) enqueue(waiting);
    },
    stop: async () => {
      stopping.abort();
      await chain;
    },
  };
};
