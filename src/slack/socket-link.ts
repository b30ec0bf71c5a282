/** Keeps one Socket Mode connection: connects, connects again at once after a refresh and with patience after failures. The library's own reconnecting is off: its failures end as unhandled rejections. */
import type { SocketModeReceiver } from '@slack/bolt';
import { AcuopsError, toMessage } from '../errors.ts';
import type { Log } from './log.ts';
import { readSlackFailure } from './slack-failure.ts';

type SocketClient = InstanceType<typeof SocketModeReceiver>['client'];

export interface SocketLink {
  /** Resolves when connected for the first time. @throws AcuopsError `config` where Slack will never let us in. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly isConnected: () => boolean;
}

const connectMs = 15_000;
const closeMs = 2_000;
const waitsMs = [0, 250, 1_000, 2_000, 5_000] as const;
const lasting = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'missing_scope',
  'app_uninstalled',
]);

export const createSocketLink = (client: SocketClient, log: Log): SocketLink => {
  let connected = false;
  const stopped = Promise.withResolvers<void>();
  const stopping = { asked: false };
  const first = Promise.withResolvers<void>();

  const connectOnce = async (): Promise<void> => {
    const gone = Promise.withResolvers<void>();
    const end = (): void => gone.resolve();
    client.once('disconnected', end);
    try {
      await startInTime(client);
      connected = true;
      first.resolve();
      await Promise.race([gone.promise, stopped.promise]);
    } finally {
      connected = false;
      client.off('disconnected', end);
    }
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !stopping.asked; ) {
      const since = Date.now();
      try {
        await connectOnce();
        // A connection that held for a while was a good one: the next is tried at once.
        failures = Date.now() - since > closeMs ? 0 : failures + 1;
      } catch (error) {
        const refusal = toLastingRefusal(error);
        if (refusal) first.reject(refusal);
        log('warn', 'the connection to Slack could not be made', { error: error ?? 'closed at once' });
        failures += 1;
      }
      const waitMs = waitsMs[Math.min(failures, waitsMs.length - 1)] ?? 0;
      if (waitMs > 0 && !stopping.asked) await Promise.race([pause(waitMs), stopped.promise]);
    }
  };

  let loop: Promise<void> = Promise.resolve();
  return {
    start: () => {
      loop = run();
      return first.promise;
    },
    stop: async () => {
      stopping.asked = true;
      stopped.resolve();
      first.promise.catch(() => undefined);
      // A peer that never answers the close would hold us for 30 s.
      await Promise.race([client.disconnect().catch(() => undefined), pause(closeMs)]);
      await Promise.race([loop, pause(closeMs)]);
    },
    isConnected: () => connected,
  };
};

const startInTime = async (client: SocketClient): Promise<void> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no hello within ${connectMs} ms`)), connectMs);
  try {
    await Promise.race([client.start(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

const toLastingRefusal = (error: unknown): AcuopsError | null => {
  const failure = readSlackFailure(error);
  if (failure.kind !== 'refused' || !lasting.has(failure.error)) return null;
  return new AcuopsError({
    code: 'config',
    message: `Slack refuses SLACK_APP_TOKEN: ${failure.error} (${toMessage(error)})`,
    say: 'Slack refuses the app token. Make one with the scope connections:write and set SLACK_APP_TOKEN.',
    cause: error,
  });
};
