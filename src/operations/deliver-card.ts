/** Brings cards up to date: one message per card, always the newest picture, again until Slack has it. Never fails an operation, and no card waits for another. */
import { toMessage } from '../errors.ts';
import { type Audience, toAudienceScope } from '../policy/access.ts';
import type { CardStore, CardTransport, CardWork, Move } from './card.ts';
import { addMove, drawCard, drawTakenAway, toPlainMessage } from './draw-card.ts';
import type { EffectDoor } from './effect.ts';
import { mayRead } from './may-read.ts';
import type { Message } from './message.ts';
import type { CardPlace } from './ports.ts';
import { absentAfterMs, type CardPost, createCardPost, type Posted, type PostOutcome } from './post-card.ts';
import { readRowFile } from './row-file.ts';
import { isWithin } from './scope.ts';
import { createTwinWatch, type TwinWatch } from './twin-watch.ts';
import type { CommandList } from './words.ts';

export interface CardDeliveryParts {
  readonly store: CardStore;
  readonly effects: EffectDoor;
  readonly transport: CardTransport;
  readonly commands: CommandList;
  /** What a channel may see by now. Throws where nobody can tell: then nothing is shown there. */
  readonly readAudience: (place: CardPlace) => Promise<Audience>;
  readonly now: () => Date;
  /** Zone of times in text that Slack cannot show in the reader's own. */
  readonly zone: string;
  readonly log: (level: 'warn' | 'error', line: string, detail: object) => void;
  /** Slack takes about one message a second per channel. */
  readonly paceMs?: number;
  /** How long a dead sender keeps a card from the next one. */
  readonly leaseMs?: number;
}

export interface CardDelivery {
  /** Claims due cards and sets out with each, and with each look for a late twin; every one ends by itself and never rejects. @throws only where the store cannot be asked. */
  readonly takeDue: (owner: string, limit: number) => Promise<readonly Promise<void>[]>;
}

type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'moved'; readonly why: Move['why']; readonly say: string }
  | Exclude<PostOutcome, { kind: 'posted' } | { kind: 'cannot-post' }>;

const drawAgainMs = 10_000;
const callAgainMs = 3_000;

export const createCardDelivery = (given: CardDeliveryParts): CardDelivery => {
  const parts: Parts = {
    ...given,
    paceMs: given.paceMs ?? 1_200,
    leaseMs: given.leaseMs ?? 20_000,
    cardPost: createCardPost(given),
    twins: createTwinWatch(given),
  };
  return {
    takeDue: async (owner, limit) => {
      const looks = parts.twins.check();
      const due = await parts.store.claim(owner, parts.leaseMs, limit);
      return [...looks, ...due.map((work) => deliverSafely(parts, work, owner))];
    },
  };
};

interface Parts extends CardDeliveryParts {
  readonly paceMs: number;
  readonly leaseMs: number;
  readonly cardPost: CardPost;
  readonly twins: TwinWatch;
}

/** Longer than any sending can take, each call of which has its own end: one that hangs for good gives its card up. */
const mostRenewals = 30;

/** A post, a search, an edit and a file may take longer together than a lease; answers what ends the renewing. */
const keepLease = (parts: Parts, { cardId }: CardWork, owner: string): (() => void) => {
  let left = mostRenewals;
  const timer = setInterval(() => {
    left -= 1;
    if (left === 0) clearInterval(timer);
    parts.store
      .renew(cardId, owner, parts.leaseMs)
      .catch((error: unknown) =>
        parts.log('warn', "a card's lease was not renewed", { card: cardId, error }),
      );
  }, parts.leaseMs / 3);
  return () => clearInterval(timer);
};

const deliverSafely = async (parts: Parts, work: CardWork, owner: string): Promise<void> => {
  let outcome: Outcome;
  const stopRenewing = keepLease(parts, work, owner);
  try {
    outcome = await deliver(parts, work, owner);
  } catch (error) {
    parts.log('warn', 'a card was not delivered and will be tried again', { card: work.cardId, error });
    outcome = { kind: 'again', waitMs: callAgainMs, trouble: toMessage(error).slice(0, 300) };
  } finally {
    stopRenewing();
  }
  try {
    await note(parts, work, owner, outcome);
  } catch (error) {
    // The lease runs out and the next sender looks before it posts.
    parts.log('warn', 'how a delivery went could not be written down', { card: work.cardId, error });
  }
};

const note = async (parts: Parts, work: CardWork, owner: string, outcome: Outcome): Promise<void> => {
  switch (outcome.kind) {
    case 'delivered':
      return parts.store.markDelivered(work.cardId, owner, work.wantedVersion, parts.paceMs);
    case 'moved':
      return parts.store.moveToDirect(work.cardId, owner, outcome.why, outcome.say);
    case 'again':
      return parts.store.markTrouble(work.cardId, owner, outcome.trouble, outcome.waitMs);
    case 'stuck':
      parts.log('error', 'a card cannot be delivered', { card: work.cardId, trouble: outcome.trouble });
      return parts.store.markTrouble(work.cardId, owner, outcome.trouble, null);
  }
};

const deliver = async (parts: Parts, work: CardWork, owner: string): Promise<Outcome> => {
  const audience = await readAudience(parts, work);
  const isShown = isFor(parts, work, audience);
  if (!isShown && !work.posted)
    return { kind: 'moved', why: 'others-read', say: 'others read that channel by now' };
  let message: Message;
  try {
    message = isShown
      ? addMove(await drawCard(work, audience, parts), work.moved)
      : drawTakenAway(work.operation);
  } catch (error) {
    parts.log('error', 'a card could not be drawn', { card: work.cardId, verb: work.operation.verb, error });
    return {
      kind: 'again',
      waitMs: drawAgainMs,
      trouble: `cannot be drawn: ${toMessage(error).slice(0, 200)}`,
    };
  }
  const shown = work.posted
    ? await update(parts, work, work.posted, message)
    : await post(parts, work, owner, message);
  if (shown.kind !== 'shown') return shown;
  if (work.operation.state === 'open') return { kind: 'delivered' };
  if (!isShown) return removeFile(parts, work, shown.posted);
  const file =
    message.file ?? (await readRowFile(parts.commands.find(work.operation.verb), work.operation))?.file;
  return file ? upload(parts, work, shown.posted, file) : { kind: 'delivered' };
};

/** What was taken away stands in its file too. */
const removeFile = async (parts: Parts, work: CardWork, posted: Posted): Promise<Outcome> => {
  const { file } = await drawCard(work, { kind: 'private' }, parts);
  const spot = { ...posted, thread: work.place.thread };
  const refusal = file ? await parts.transport.removeFile(spot, file.name) : null;
  return refusal === null
    ? { kind: 'delivered' }
    : { kind: 'stuck', trouble: `its file could not be removed: ${refusal}` };
};

/** An operation of a command that nobody knows any more is drawn in plain words, by its scope alone. */
const isFor = ({ commands }: Parts, { operation }: CardWork, audience: Audience): boolean =>
  isWithin(operation.scope, toAudienceScope(audience)) &&
  mayRead(commands.find(operation.verb) ?? {}, audience);

/** The request decided it once, but since then the channel may have become a client's, or have been shared. */
const readAudience = async (parts: Parts, { place }: CardWork): Promise<Audience> =>
  place.channel.startsWith('direct:') ? { kind: 'private' } : parts.readAudience(place);

type Shown = { readonly kind: 'shown'; readonly posted: Posted } | Outcome;

const post = async (parts: Parts, work: CardWork, owner: string, message: Message): Promise<Shown> => {
  const outcome = await parts.cardPost.post(work, message);
  if (outcome.kind === 'cannot-post') return toMove(work, outcome.say);
  if (outcome.kind !== 'posted') return outcome;
  await parts.store.markPosted(work.cardId, owner, outcome.posted);
  if (outcome.attempt > 1)
    parts.twins.watch({
      cardId: work.cardId,
      place: work.place,
      keep: outcome.posted,
      since: new Date(Math.min(outcome.since.getTime(), work.createdAt.getTime())),
      at: new Date(parts.now().getTime() + absentAfterMs),
    });
  // An adopted message shows what was newest when it was sent, which may be long ago.
  return outcome.fresh
    ? { kind: 'shown', posted: outcome.posted }
    : update(parts, work, outcome.posted, message);
};

const update = async (parts: Parts, work: CardWork, posted: Posted, message: Message): Promise<Shown> => {
  let result = await parts.transport.update(posted, message);
  if (result.kind === 'refused' && result.why === 'bad-message') {
    parts.log('error', 'Slack refused the blocks of a card', { card: work.cardId, say: result.say });
    result = await parts.transport.update(posted, toPlainMessage(message));
  }
  switch (result.kind) {
    case 'posted':
      return { kind: 'shown', posted };
    case 'later':
      return { kind: 'again', waitMs: result.waitMs, trouble: 'Slack asks to wait' };
    case 'refused':
      return result.why === 'cannot-post'
        ? toMove(work, result.say)
        : { kind: 'stuck', trouble: `the card cannot be changed: ${result.say}` };
  }
};

const toMove = (work: CardWork, say: string): Outcome =>
  work.place.channel.startsWith('direct:')
    ? { kind: 'stuck', trouble: `${say}, and not by direct message either` }
    : { kind: 'moved', why: 'cannot-post', say };

const upload = async (
  parts: Parts,
  work: CardWork,
  posted: Posted,
  file: NonNullable<Message['file']>,
): Promise<Outcome> => {
  const outcome = await parts.cardPost.upload(work, posted, file);
  switch (outcome.kind) {
    case 'posted':
      return { kind: 'delivered' };
    case 'cannot-post':
      return { kind: 'stuck', trouble: `its file could not be added: ${outcome.say}` };
    case 'again':
    case 'stuck':
      return outcome;
  }
};
