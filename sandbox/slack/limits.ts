// Slack's rate limits on the front's clock: so many calls a minute per method by its tier, and about one message a
// second per channel. Every bucket begins full and holds a burst; Slack promises the rates and only hints at bursts.
import { type Json, readText } from './json.ts';

/** Calls a minute, which is the burst too: Slack lets at least so many pass in any minute. */
const tiers = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
/** Tier "special": "several hundred a minute" for the workspace, whatever the channel. */
const special = 300;
const perChannel = { perMinute: 60, burst: 5 } as const;

const methodTiers: Readonly<Record<string, keyof typeof tiers>> = {
  'apps.connections.open': 3,
  'bots.info': 3,
  'chat.delete': 3,
  'chat.postEphemeral': 4,
  'chat.update': 3,
  'conversations.history': 3,
  'conversations.info': 3,
  'conversations.join': 3,
  'conversations.list': 2,
  'conversations.members': 4,
  'conversations.open': 3,
  'conversations.replies': 3,
  'files.completeUploadExternal': 4,
  'files.delete': 3,
  'files.getUploadURLExternal': 4,
  'files.info': 4,
  'reactions.add': 3,
  'reactions.remove': 2,
  'team.info': 3,
  'usergroups.list': 2,
  'usergroups.users.list': 2,
  'users.conversations': 3,
  'users.info': 4,
  'users.list': 2,
  'users.lookupByEmail': 3,
  'views.open': 4,
  'views.publish': 4,
  'views.push': 4,
  'views.update': 4,
};

interface Bucket {
  readonly key: string;
  readonly perMinute: number;
  readonly burst: number;
}

export interface Limits {
  /** Takes a place for the call; else the seconds after which there is one again. */
  readonly take: (method: string, args: Json) => { readonly retryAfterSeconds: number } | undefined;
  readonly reset: () => void;
}

const bucketsOf = (method: string, args: Json): readonly Bucket[] => {
  const tier = methodTiers[method];
  const perMinute = tier === undefined ? special : tiers[tier];
  const whole = { key: method, perMinute, burst: perMinute };
  if (method !== 'chat.postMessage') return [whole];
  return [whole, { key: `${method} ${readText(args, 'channel') ?? ''}`, ...perChannel }];
};

export const createLimits = (now: () => number, isOn: boolean): Limits => {
  const filled = new Map<string, { readonly tokens: number; readonly at: number }>();

  const fill = ({ key, perMinute, burst }: Bucket): number => {
    const known = filled.get(key);
    return known ? Math.min(burst, known.tokens + ((now() - known.at) / 60_000) * perMinute) : burst;
  };

  return {
    take: (method, args) => {
      if (!isOn) return undefined;
      const buckets = bucketsOf(method, args).map((bucket) => ({ ...bucket, tokens: fill(bucket) }));
      const waits = buckets.map(({ tokens, perMinute }) => ((1 - tokens) / perMinute) * 60);
      const seconds = Math.max(...waits);
      if (seconds > 0) return { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) };
      for (const { key, tokens } of buckets) filled.set(key, { tokens: tokens - 1, at: now() });
      return undefined;
    },
    reset: () => filled.clear(),
  };
};
