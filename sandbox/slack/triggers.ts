// The short-lived keys that Slack hands to a bot: trigger ids (once, for 3 s) and response URLs (5 times in 30 minutes).
// Keeps their count; what they open is the methods' business.
import type { Ids } from './ids.ts';
import { SlackRefusal } from './stored.ts';

const triggerLifeMs = 3000;
const responseLifeMs = 30 * 60 * 1000;
const responseUses = 5;

export interface Trigger {
  readonly userId: string;
  /** The view whose button or submission gave it: a push goes on top of that one. */
  readonly viewId?: string;
}

export interface ResponsePlace {
  readonly userId: string;
  readonly channelId: string;
  readonly threadTs?: string;
  /** The message or ephemeral that was clicked, for `replace_original` and `delete_original`. */
  readonly messageTs?: string;
  readonly ephemeralTs?: string;
}

export interface Triggers {
  readonly makeTrigger: (trigger: Trigger) => string;
  /** @throws SlackRefusal `expired_trigger_id`, `exchanged_trigger_id`, `invalid_trigger_id` */
  readonly useTrigger: (id: string) => Trigger;
  readonly makeResponse: (place: ResponsePlace) => string;
  /** @throws SlackRefusal `expired_url`, `used_url` */
  readonly useResponse: (id: string) => ResponsePlace;
  readonly reset: () => void;
}

export const createTriggers = (now: () => number, ids: Ids, strict: boolean): Triggers => {
  const triggers = new Map<string, { trigger: Trigger; at: number; isUsed: boolean }>();
  const responses = new Map<string, { place: ResponsePlace; at: number; uses: number }>();
  return {
    makeTrigger: (trigger) => {
      const id = ids.triggerId();
      triggers.set(id, { trigger, at: now(), isUsed: false });
      return id;
    },
    useTrigger: (id) => {
      const kept = triggers.get(id);
      if (!kept) throw new SlackRefusal('invalid_trigger_id');
      if (strict && kept.isUsed) throw new SlackRefusal('exchanged_trigger_id');
      if (strict && now() - kept.at > triggerLifeMs) throw new SlackRefusal('expired_trigger_id');
      kept.isUsed = true;
      return kept.trigger;
    },
    makeResponse: (place) => {
      const id = ids.id('R') + ids.id('');
      responses.set(id, { place, at: now(), uses: 0 });
      return id;
    },
    useResponse: (id) => {
      const kept = responses.get(id);
      if (!kept || (strict && now() - kept.at > responseLifeMs)) throw new SlackRefusal('expired_url');
      if (strict && kept.uses >= responseUses) throw new SlackRefusal('used_url');
      kept.uses += 1;
      return kept.place;
    },
    reset: () => {
      triggers.clear();
      responses.clear();
    },
  };
};
