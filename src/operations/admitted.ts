/** A request that may go on: what was decided about it, and what of it is written down. */
import type { Audience, Grant } from '../policy/access.ts';
import type { Call } from './call.ts';
import type { AnyCommand } from './command.ts';
import type { Json } from './json.ts';
import type { CardPlace, RequestStore } from './ports.ts';
import type { Receipt } from './receipt.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import type { Tx } from './tx.ts';
import { toCode } from './words.ts';

export interface AdmitParts {
  readonly store: RequestStore;
  readonly now: () => Date;
  /** Takes secrets out of a text: nothing that was typed is written down or shown before. */
  readonly redact: (text: string) => string;
}

export interface Admitted {
  readonly parts: AdmitParts;
  readonly call: Call;
  readonly tx: Tx;
  readonly input: unknown;
  readonly scope: Scope;
  readonly targetId: string | null;
  readonly where: 'place' | 'direct';
  readonly grants: readonly Grant[];
  readonly audience: Audience;
}

/** A button carries the version it was drawn with; only the first press of a version counts. */
export const loseCard = async (
  { parts, tx, call }: Admitted,
  command: AnyCommand,
): Promise<Receipt | null> => {
  if (!call.card) return null;
  const verdict = await parts.store.decideOnCard(tx, call.card, call.place);
  return verdict === 'won'
    ? null
    : { kind: 'refused', refusal: explainLostCard(verdict, command), operation: null };
};

export const toNewOperation = ({ call, input, scope, targetId }: Admitted, command: AnyCommand) => ({
  deliveryKey: call.deliveryKey,
  verb: command.verb,
  input: toRecordable(command, input),
  actor: call.actor,
  place: call.place,
  scope,
  targetId,
  joinKey: command.kind === 'long' ? command.joinKey(input, scope) : null,
});

export const toCardPlace = (call: Call, where: 'place' | 'direct'): CardPlace => ({
  team: call.place.team,
  channel: where === 'direct' ? `direct:${call.actor.user}` : call.place.channel,
  thread: where === 'direct' ? null : (call.place.thread ?? null),
});

/** The verb as it is listed, not the alias that was typed: filters of the audit find it. */
export const toAuditHead = (call: Call, command: AnyCommand) => ({
  deliveryKey: call.deliveryKey,
  actor: call.actor,
  place: call.place,
  via: call.via,
  verb: command.verb,
});

/** Input as it may be written down: a command's secret fields are left out, dates become text. */
export const toRecordable = (command: AnyCommand, input: unknown): Json => {
  const plain = JSON.parse(JSON.stringify(input ?? null)) as Json;
  if (plain === null || typeof plain !== 'object' || Array.isArray(plain)) return plain;
  return Object.fromEntries(Object.entries(plain).filter(([key]) => !command.redact?.includes(key)));
};

const explainLostCard = (verdict: 'lost' | 'missing', { verb, only }: AnyCommand): Refusal =>
  verdict === 'lost'
    ? refuse(
        'stale-card',
        'Somebody pressed this before you, so your press did nothing. The card shows what runs now.',
      )
    : refuse(
        'stale-card',
        `That card is gone, so nothing was done.${only === 'button' ? '' : ` Ask again with ${toCode(`/acuops ${verb}`)}.`}`,
      );
