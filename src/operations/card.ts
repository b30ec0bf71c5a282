/** What a card is and what its sender needs: a Slack message that is the picture of an operation. The sending itself is in `deliver-card.ts`. */
import type { Message } from './message.ts';
import type { Operation } from './operation.ts';
import type { CardPlace } from './ports.ts';

/** A card claimed by one sender. */
export interface CardWork {
  readonly cardId: string;
  readonly place: CardPlace;
  /** Where the message really is, once it is posted: the DM's channel id is known only then. */
  readonly posted: { readonly channel: string; readonly ts: string } | null;
  readonly wantedVersion: number;
  /** What buttons carry. */
  readonly decisionVersion: number;
  readonly operation: Operation;
  readonly supersededBy: string | null;
  /** Where it was asked for, if it comes to the actor alone instead. */
  readonly moved: Move | null;
  readonly createdAt: Date;
}

export interface Move {
  readonly from: string;
  /** `others-read`: who reads the channel by now may not see all of it. */
  readonly why: 'cannot-post' | 'others-read';
}

export interface CardStore {
  /** Cards whose picture is behind and whose pace allows it, each leased to this owner. */
  readonly claim: (owner: string, leaseMs: number, limit: number) => Promise<readonly CardWork[]>;
  /** Its sender is still at work. Where the lease is another's by now, nothing happens. */
  readonly renew: (cardId: string, owner: string, leaseMs: number) => Promise<void>;
  readonly markPosted: (
    cardId: string,
    owner: string,
    posted: { channel: string; ts: string },
  ) => Promise<void>;
  /** Delivered up to `version`; a newer wish stays due after `paceMs`. */
  readonly markDelivered: (cardId: string, owner: string, version: number, paceMs: number) => Promise<void>;
  /** Not delivered: again after `waitMs`, or never (null) where only a person can help. `trouble` is shown by doctor. */
  readonly markTrouble: (
    cardId: string,
    owner: string,
    trouble: string,
    waitMs: number | null,
  ) => Promise<void>;
  /** From now on this card lives in the actor's DM. `trouble` is shown by doctor until it came there. */
  readonly moveToDirect: (cardId: string, owner: string, why: Move['why'], trouble: string) => Promise<void>;
}

/** What a call to Slack ended in, beside "nobody knows", which is a throw. */
export type PostResult =
  | { readonly kind: 'posted'; readonly channel: string; readonly ts: string }
  /** Slack said no and will say no again: `cannot-post` (not in the channel, archived, gone) or `gone` (message deleted), or our message is at fault. */
  | { readonly kind: 'refused'; readonly why: 'cannot-post' | 'gone' | 'bad-message'; readonly say: string }
  /** Nothing was done; Slack said when to come back. */
  | { readonly kind: 'later'; readonly waitMs: number };

export type FindResult =
  | {
      readonly kind: 'found';
      readonly messages: readonly { readonly channel: string; readonly ts: string }[];
    }
  /** History cannot be read (missing scope, not a member): so it is not known. */
  | { readonly kind: 'unreadable'; readonly say: string };

/** A message, and the first one of the thread that it was meant for. */
export interface CardSpot {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | null;
}

export interface CardTransport {
  /** Metadata `{ card, effect }` travels with the message. Throws where the answer was lost. */
  readonly post: (
    place: CardPlace,
    message: Message,
    metadata: { card: string; effect: string },
  ) => Promise<PostResult>;
  readonly update: (posted: { channel: string; ts: string }, message: Message) => Promise<PostResult>;
  /** Messages of ours that carry this card's id, oldest first, since a moment. */
  readonly find: (place: CardPlace, cardId: string, since: Date) => Promise<FindResult>;
  readonly remove: (posted: { channel: string; ts: string }) => Promise<void>;
  /** Puts the file into the thread that the card stands in, or else into the card's own. */
  readonly upload: (card: CardSpot, file: NonNullable<Message['file']>) => Promise<PostResult>;
  readonly findFile: (card: CardSpot, name: string) => Promise<'there' | 'absent' | 'unreadable'>;
  /** null when none of that name is there any more; else why Slack refuses. */
  readonly removeFile: (card: CardSpot, name: string) => Promise<string | null>;
}
