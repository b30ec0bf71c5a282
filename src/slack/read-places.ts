/** What a Slack place is and whether outsiders read it; at most a minute old, and when it cannot be known, it counts as shared. */
import type { Place } from '../operations/call.ts';
import type { SlackIdentity } from './identity.ts';
import type { Log } from './log.ts';
import type { WebClient } from './slack-clients.ts';
import { readSlackFailure } from './slack-failure.ts';

export interface PlaceFacts {
  /** `dm`: between us and one person; `group`: a message of several; `hidden`: Slack does not show it to us; `unknown`: Slack did not answer. */
  readonly kind: 'channel' | 'dm' | 'group' | 'hidden' | 'unknown';
  /** People of another organisation read it, or are invited to. */
  readonly shared: boolean;
}

export type ReadPlace = (place: Place) => Promise<PlaceFacts>;

export interface ReadPlacesParts {
  readonly client: WebClient;
  readonly identity: () => Promise<SlackIdentity>;
  readonly now: () => Date;
  readonly log: Log;
}

const freshMs = 60_000;
const mostKept = 2_000;
const hidden: PlaceFacts = { kind: 'hidden', shared: true };
const unknown: PlaceFacts = { kind: 'unknown', shared: true };

/** Never throws. */
export const createReadPlace = ({ client, identity, now, log }: ReadPlacesParts): ReadPlace => {
  const kept = new Map<string, { readonly facts: PlaceFacts; readonly until: number }>();
  return async (place) => {
    try {
      // An id means something in its own workspace only.
      if ((await identity()).teamId !== place.team) return hidden;
      const known = kept.get(place.channel);
      if (known && known.until > now().getTime()) return known.facts;
      const { channel } = await client.conversations.info({ channel: place.channel });
      if (!channel) return unknown;
      const facts = toFacts(channel);
      if (kept.size >= mostKept) kept.clear();
      kept.set(place.channel, { facts, until: now().getTime() + freshMs });
      return facts;
    } catch (error) {
      log('warn', 'a place could not be read and counts as shared', { channel: place.channel, error });
      return readSlackFailure(error).kind === 'refused' ? hidden : unknown;
    }
  };
};

interface Conversation {
  readonly is_im?: boolean;
  readonly is_mpim?: boolean;
  readonly is_shared?: boolean;
  readonly is_org_shared?: boolean;
  readonly is_ext_shared?: boolean;
  readonly is_pending_ext_shared?: boolean;
}

/** Shared within one organisation's own workspaces is not shared with outsiders; an invitation under way is. */
const toFacts = (found: Conversation): PlaceFacts => {
  const kind = found.is_im ? 'dm' : found.is_mpim ? 'group' : 'channel';
  const outside = found.is_ext_shared || found.is_pending_ext_shared;
  return { kind, shared: Boolean(outside || (found.is_shared && !found.is_org_shared)) };
};
