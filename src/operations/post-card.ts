/** Puts a card's first message, and a finished card's file, into the world once: through the effect door, and by looking where an answer was lost. */
import type { CardTransport, CardWork, PostResult } from './card.ts';
import { toPlainMessage } from './draw-card.ts';
import type { EffectDoor, EffectIntent, EffectRecord, EffectResult, Looked, Sent } from './effect.ts';
import type { Json } from './json.ts';
import type { Message } from './message.ts';

/** So long after its intent a message that is nowhere is taken as never posted (design §3.8). */
export const absentAfterMs = 30_000;
const lookAgainMs = 3_000;
/** Between asking and looking: Slack shows a message in history a moment after it took it. */
const firstLookMs = 1_000;
/** The database's clock and Slack's may differ. */
const skewMs = 120_000;

export interface PostParts {
  readonly effects: EffectDoor;
  readonly transport: CardTransport;
  readonly now: () => Date;
  readonly log: (level: 'warn' | 'error', line: string, detail: object) => void;
}

export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

export type PostOutcome =
  /** `fresh`: sent just now, so it shows the newest picture. `attempt` over 1: an earlier one may still turn up. */
  | {
      readonly kind: 'posted';
      readonly posted: Posted;
      readonly fresh: boolean;
      readonly attempt: number;
      readonly since: Date;
    }
  | { readonly kind: 'cannot-post'; readonly say: string }
  | { readonly kind: 'again'; readonly waitMs: number; readonly trouble: string }
  | { readonly kind: 'stuck'; readonly trouble: string };

export interface CardPost {
  readonly post: (work: CardWork, message: Message) => Promise<PostOutcome>;
  readonly upload: (
    work: CardWork,
    posted: Posted,
    file: NonNullable<Message['file']>,
  ) => Promise<PostOutcome>;
}

/** What one pass learned beside the door's verdict. */
interface Pass {
  refused: Extract<PostResult, { kind: 'refused' }> | null;
  later: number | null;
  unreadable: string | null;
  fresh: boolean;
}

export const createCardPost = (parts: PostParts): CardPost => {
  /** Attempts that Slack turned away before doing anything, by effect: these need no search. */
  const turnedAway = new Map<string, Set<number>>();

  const perform = async (
    intent: EffectIntent,
    send: (effect: EffectRecord) => Promise<PostResult>,
    look: (effect: EffectRecord, pass: Pass) => Promise<Looked>,
  ): Promise<PostOutcome> => {
    const pass: Pass = { refused: null, later: null, unreadable: null, fresh: false };
    let effectId = '';
    const result = await parts.effects.perform(intent, {
      send: async (effect) => {
        effectId = effect.id;
        const sent = await send(effect);
        if (sent.kind === 'later') {
          noteTurnedAway(turnedAway, effect);
          pass.later = sent.waitMs;
          // The door knows no "not now": thrown, it counts as unknown, and the search below says that nothing was done.
          throw new Error(`Slack asks to wait ${sent.waitMs} ms`);
        }
        return toSent(sent, pass, intent);
      },
      look: async (effect) => {
        if (turnedAway.get(effect.id)?.size === effect.attempt) return { kind: 'absent' };
        const looked = await look(effect, pass);
        const onlyTurnedAway = turnedAway.get(effect.id)?.has(effect.attempt) ?? false;
        return looked.kind === 'unclear' && looked.until !== null && onlyTurnedAway
          ? { kind: 'absent' }
          : looked;
      },
    });
    if (result.kind === 'confirmed' || result.kind === 'rejected') turnedAway.delete(effectId);
    return toOutcome(result, pass, parts.now());
  };

  return {
    post: (work, message) => {
      const intent = toIntent(work, toPostKey(work), 'slack-post');
      return perform(
        intent,
        (effect) => sendPlainly(parts, work, message, effect),
        (effect, pass) => lookForCard(parts, work, effect, pass),
      );
    },
    upload: (work, posted, file) => {
      const card = { ...posted, thread: work.place.thread };
      return perform(
        toIntent(work, `card:${work.cardId}:file:${work.operation.id}`, 'slack-file'),
        () => parts.transport.upload(card, file),
        async (effect, pass) => {
          const there = await parts.transport.findFile(card, file.name);
          if (there === 'there') return { kind: 'found', externalId: `${posted.channel}:${posted.ts}` };
          if (there === 'absent') return decideAbsence(effect, parts.now());
          pass.unreadable = 'the thread cannot be read';
          return { kind: 'unclear', until: null };
        },
      );
    },
  };
};

/** A card that moved to a direct message is another post: what the channel refused must not refuse this one. */
const toPostKey = (work: CardWork): string =>
  work.place.channel.startsWith('direct:') ? `card:${work.cardId}:post:direct` : `card:${work.cardId}:post`;

const toIntent = (work: CardWork, key: string, kind: string): EffectIntent => ({
  key,
  kind,
  holder: null,
  operationId: work.operation.id,
  targetId: null,
  subject: `card:${work.cardId}`,
  underKillswitch: 'goes-on',
  detail: {
    card: work.cardId,
    team: work.place.team,
    place: work.place.channel,
    thread: work.place.thread,
  },
});

const noteTurnedAway = (turnedAway: Map<string, Set<number>>, effect: EffectRecord): void => {
  const attempts = turnedAway.get(effect.id) ?? new Set();
  attempts.add(effect.attempt);
  turnedAway.set(effect.id, attempts);
};

/** Slack that takes none of our blocks has posted nothing: then the same in plain text, so that the answer arrives. */
const sendPlainly = async (
  parts: PostParts,
  work: CardWork,
  message: Message,
  effect: EffectRecord,
): Promise<PostResult> => {
  const metadata = { card: work.cardId, effect: effect.id };
  const sent = await parts.transport.post(work.place, message, metadata);
  if (sent.kind !== 'refused' || sent.why !== 'bad-message') return sent;
  parts.log('error', 'Slack refused the blocks of a card', { card: work.cardId, say: sent.say });
  return parts.transport.post(work.place, toPlainMessage(message), metadata);
};

const toSent = (sent: Exclude<PostResult, { kind: 'later' }>, pass: Pass, intent: EffectIntent): Sent => {
  if (sent.kind === 'posted') {
    pass.fresh = true;
    return { kind: 'confirmed', externalId: `${sent.channel}:${sent.ts}` };
  }
  pass.refused = sent;
  // With the place it was meant for: the card may flee to a direct message, and come back when that is mended.
  const detail = { ...(intent.detail as { readonly [key: string]: Json }), say: sent.say, why: sent.why };
  return { kind: 'rejected', say: sent.say, detail };
};

/** Of several the oldest counts: it is the one that people may already have seen. */
const lookForCard = async (
  parts: PostParts,
  work: CardWork,
  effect: EffectRecord,
  pass: Pass,
): Promise<Looked> => {
  const found = await parts.transport.find(work.place, work.cardId, toSince(work, effect));
  if (found.kind === 'unreadable') {
    pass.unreadable = found.say;
    return { kind: 'unclear', until: null };
  }
  const [oldest, ...twins] = found.messages;
  if (!oldest) return decideAbsence(effect, parts.now());
  for (const twin of twins)
    await parts.transport
      .remove(twin)
      .catch((error: unknown) =>
        parts.log('warn', 'a second copy of a card could not be removed', { card: work.cardId, error }),
      );
  return { kind: 'found', externalId: `${oldest.channel}:${oldest.ts}` };
};

/** A later attempt has a later intent, but the first one's message is looked for too. */
const toSince = (work: CardWork, effect: EffectRecord): Date =>
  new Date(Math.min(work.createdAt.getTime(), effect.intendedAt.getTime()) - skewMs);

const decideAbsence = (effect: EffectRecord, now: Date): Looked => {
  const absentAt = effect.intendedAt.getTime() + absentAfterMs;
  if (now.getTime() >= absentAt) return { kind: 'absent' };
  return { kind: 'unclear', until: new Date(Math.min(absentAt, now.getTime() + lookAgainMs)) };
};

const toOutcome = (result: EffectResult, pass: Pass, now: Date): PostOutcome => {
  switch (result.kind) {
    case 'confirmed': {
      const posted = parsePosted(result.externalId);
      if (!posted)
        return { kind: 'stuck', trouble: `a post without a place: ${result.externalId ?? 'nothing'}` };
      const since = new Date(result.effect.intendedAt.getTime() - skewMs);
      return { kind: 'posted', posted, fresh: pass.fresh, attempt: result.effect.attempt, since };
    }
    case 'rejected':
      // After a restart only the door's words are left; "cannot post here" is what can be helped.
      return pass.refused === null || pass.refused.why === 'cannot-post'
        ? { kind: 'cannot-post', say: result.say }
        : { kind: 'stuck', trouble: result.say };
    case 'stopped':
      return { kind: 'again', waitMs: absentAfterMs, trouble: result.say };
    case 'held':
      return {
        kind: 'again',
        waitMs: toWait(result.until, now),
        trouble: 'another post of this card is unsettled',
      };
    case 'unclear':
      return toUnclear(result, pass, now);
  }
};

const toUnclear = (
  result: Extract<EffectResult, { kind: 'unclear' }>,
  pass: Pass,
  now: Date,
): PostOutcome => {
  if (pass.unreadable !== null)
    return {
      kind: 'stuck',
      trouble: `Slack's answer to a post was lost and its history cannot be read (${pass.unreadable}); it is not posted again`,
    };
  if (pass.later !== null) return { kind: 'again', waitMs: pass.later, trouble: 'Slack asks to wait' };
  const waitMs = result.until === null ? firstLookMs : toWait(result.until, now);
  return { kind: 'again', waitMs, trouble: "Slack's answer to a post was lost; looking for the message" };
};

const toWait = (until: Date, now: Date): number => Math.max(100, until.getTime() - now.getTime());

const parsePosted = (externalId: string | null): Posted | null => {
  const [channel = '', ts = ''] = externalId?.split(':') ?? [];
  return channel === '' || ts === '' ? null : { channel, ts };
};
