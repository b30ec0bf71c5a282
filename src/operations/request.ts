/** The one door for everything that is asked: access, then operation and audit row in one transaction, then the answer. Edges acknowledge only after it. */
import { type Audience, decideAccess, type Grant } from '../policy/access.ts';
import type { Call } from './call.ts';
import type { Answer, AnyCommand, LongCommand, NowCommand } from './command.ts';
import { explainDenial } from './denial.ts';
import type { Json } from './json.ts';
import { mapStrings } from './map-strings.ts';
import type { Operation } from './operation.ts';
import type { AccessReader, CardPlace, RequestStore } from './ports.ts';
import type { Receipt } from './receipt.ts';
import { type Refusal, refuse, toExitCode } from './refusal.ts';
import { replay } from './replay.ts';
import type { Scope } from './scope.ts';
import type { Tx } from './tx.ts';
import { type CommandList, parseInput } from './words.ts';

export type { Receipt } from './receipt.ts';

export interface RequestDoor {
  /** @throws AcuopsError `store-unavailable` where Postgres is away; nothing was recorded then. */
  readonly request: (call: Call) => Promise<Receipt>;
}

export interface RequestParts {
  readonly commands: CommandList;
  readonly store: RequestStore;
  readonly access: AccessReader;
  readonly now: () => Date;
  /** Takes secrets out of a text: nothing that was typed is written down or shown before. */
  readonly redact: (text: string) => string;
  /** Told after commit; a hint only, never awaited. */
  readonly hint: (operationId: string) => void;
}

export const createRequestDoor = (parts: RequestParts): RequestDoor => ({
  request: async (call) => {
    const clean = (text: string) => parts.redact(toStorable(text));
    const command = parts.commands.find(call.verb);
    if (!command || (command.hidden && call.via !== 'timer'))
      return { kind: 'refused', refusal: parts.commands.explainUnknown(clean(call.verb)), operation: null };
    const wrongPlace = checkPlace(command, call);
    if (wrongPlace) return { kind: 'refused', refusal: wrongPlace, operation: null };
    const input = parseInput(command, mapStrings(call.input, clean));
    if (input.kind === 'refused') return { kind: 'refused', refusal: input, operation: null };
    const receipt = await admit(parts, call, command, input.value);
    if (receipt.kind === 'started') parts.hint(receipt.operation.id);
    return receipt;
  },
});

/** Postgres takes neither NUL nor half a surrogate pair, and nobody can read them. */
const toStorable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

const checkPlace = (command: AnyCommand, call: Call): Refusal | null => {
  if (command.only === 'slack' && call.via !== 'slack')
    return refuse('slack-only', `\`${command.verb}\` works in Slack only.`);
  if (command.only === 'terminal' && call.via === 'slack')
    return refuse(
      'terminal-only',
      `\`${command.verb}\` works in a terminal only: \`npm run acuops -- ${command.example}\`.`,
    );
  return null;
};

const admit = async (
  parts: RequestParts,
  call: Call,
  command: AnyCommand,
  input: unknown,
): Promise<Receipt> => {
  // Both reads come before the transaction: they may ask Slack, and a transaction must not wait for Slack.
  const [grants, audience] = await Promise.all([
    parts.access.readGrants(call.actor),
    parts.access.readAudience(call.place),
  ]);
  return parts.store.transact(async (tx) => {
    const earlier = await parts.store.findDelivery(tx, call.deliveryKey);
    if (earlier) return replay(command, call, earlier);
    const asked = command.asks(input);
    const targetId = asked.kind === 'key' ? await parts.store.resolveTarget(tx, asked.key) : null;
    const decision = decideAccess({
      grants,
      permission: command.permission(input),
      asked,
      audience,
      targetId,
    });
    if (decision.kind === 'deny') {
      await parts.store.appendAudit(tx, {
        ...toAuditHead(call, command),
        event: 'denied',
        operationId: null,
        targetId,
        detail: { reason: decision.reason, input: toRecordable(command, input) },
      });
      return { kind: 'refused', refusal: explainDenial(decision.reason, call, command), operation: null };
    }
    if (asked.kind === 'key' && decision.targetId === null)
      return { kind: 'refused', refusal: parts.commands.explainUnknownTarget(asked.key), operation: null };
    const { scope, where } = decision;
    const admitted: Admitted = {
      parts,
      call,
      tx,
      input,
      scope,
      targetId: decision.targetId,
      where,
      grants,
      audience,
    };
    return command.kind === 'now' ? answerNow(admitted, command) : start(admitted, command);
  });
};

interface Admitted {
  readonly parts: RequestParts;
  readonly call: Call;
  readonly tx: Tx;
  readonly input: unknown;
  readonly scope: Scope;
  readonly targetId: string | null;
  readonly where: 'place' | 'direct';
  readonly grants: readonly Grant[];
  readonly audience: Audience;
}

const answerNow = async (admitted: Admitted, command: NowCommand<unknown>): Promise<Receipt> => {
  const { parts, call, tx, input, scope, targetId, where, grants, audience } = admitted;
  const lost = await loseCard(admitted);
  if (lost) return lost;
  const operation = await parts.store.createOperation(tx, {
    ...toNewOperation(admitted, command),
    state: 'done',
    step: 'answered',
  });
  if (!operation) return askAgain;
  const raw = await command.run(
    {
      tx,
      operationId: operation.id,
      spokenId: operation.spokenId,
      actor: call.actor,
      place: call.place,
      via: call.via,
      scope,
      targetId,
      grants,
      audience,
      now: parts.now(),
    },
    input,
  );
  const answer =
    raw.kind === 'answer'
      ? { ...raw, message: mapStrings(raw.message, parts.redact), data: mapStrings(raw.data, parts.redact) }
      : raw;
  await recordAnswer(admitted, command, operation.id, answer);
  if (answer.kind === 'refused') return { kind: 'refused', refusal: answer, operation };
  // An answer that the place may not see goes to the actor's DM, by the same outbox as every card.
  // So does one with a file, which a private line in a channel cannot carry.
  const delivered = answer.message.file && call.via === 'slack' ? 'direct' : where;
  if (delivered === 'direct' && call.place.kind !== 'terminal')
    await parts.store.addCard(tx, operation.id, toCardPlace(call, delivered), call.actor);
  return { kind: 'answered', operation, answer, where: delivered };
};

const recordAnswer = async (
  { parts, call, tx, input, targetId }: Admitted,
  command: AnyCommand,
  operationId: string,
  answer: Answer | Refusal,
): Promise<void> => {
  const refused = answer.kind === 'refused';
  await parts.store.finishNow(
    tx,
    operationId,
    refused
      ? { message: null, data: { refused: answer.reason, say: answer.say } }
      : { message: answer.message, data: answer.data },
    refused ? toExitCode(answer.reason) : answer.exit,
    refused ? 'refused' : 'done',
  );
  await parts.store.appendAudit(tx, {
    ...toAuditHead(call, command),
    event: refused ? 'refused' : 'answered',
    operationId,
    targetId,
    detail: {
      input: toRecordable(command, input),
      ...(refused ? { reason: answer.reason } : { changed: answer.audit ?? null }),
    },
  });
};

const start = async (admitted: Admitted, command: LongCommand<unknown>): Promise<Receipt> => {
  const { parts, call, tx, input, scope, targetId, where } = admitted;
  const lost = await loseCard(admitted);
  if (lost) return lost;
  const begun = await createOrJoin(admitted, command);
  if (!begun) return askAgain;
  const { operation, joined } = begun;
  // A picture that this place may not show never takes over the place's card.
  const cardMoves =
    call.card?.takeOver && where === 'place'
      ? await parts.store.takeOverCard(tx, call.card.id, operation)
      : 'superseded';
  if (cardMoves === 'superseded' && call.place.kind !== 'terminal')
    await parts.store.addCard(tx, operation.id, toCardPlace(call, where), call.actor);
  await parts.store.appendAudit(tx, {
    ...toAuditHead(call, command),
    event: joined ? 'joined' : 'asked',
    operationId: operation.id,
    targetId,
    detail: {
      input: toRecordable(command, input),
      scope: scope.kind === 'all' ? 'all' : [...scope.targetIds],
    },
  });
  return { kind: 'started', operation, joined, where };
};

/** The one that is joined may end between two looks; then there is room for a new one. */
const createOrJoin = async (
  admitted: Admitted,
  command: LongCommand<unknown>,
): Promise<{ readonly operation: Operation; readonly joined: boolean } | null> => {
  const { parts, tx } = admitted;
  const fresh = toNewOperation(admitted, command);
  for (let look = 0; look < 3; look += 1) {
    const created = await parts.store.createOperation(tx, {
      ...fresh,
      state: 'open',
      step: command.firstStep,
      deadlineMs: command.deadlineMs,
    });
    if (created) return { operation: created, joined: false };
    const running = fresh.joinKey === null ? null : await parts.store.findOpenByJoinKey(tx, fresh.joinKey);
    if (running) return { operation: running, joined: true };
  }
  return null;
};

const askAgain: Receipt = {
  kind: 'refused',
  refusal: refuse('conflict', 'Somebody asked the same at this moment. Ask again.'),
  operation: null,
};

/** A button carries the version it was drawn with; only the first press of a version counts. */
const loseCard = async ({ parts, tx, call }: Admitted): Promise<Receipt | null> => {
  if (!call.card) return null;
  const verdict = await parts.store.decideOnCard(tx, call.card, call.place);
  return verdict === 'won' ? null : { kind: 'refused', refusal: explainLostCard(verdict), operation: null };
};

const toNewOperation = ({ call, input, scope, targetId }: Admitted, command: AnyCommand) => ({
  deliveryKey: call.deliveryKey,
  verb: command.verb,
  input: toRecordable(command, input),
  actor: call.actor,
  place: call.place,
  scope,
  targetId,
  joinKey: command.kind === 'long' ? command.joinKey(input, scope) : null,
  deadlineMs: null,
});

const toCardPlace = (call: Call, where: 'place' | 'direct'): CardPlace => ({
  team: call.place.team,
  channel: where === 'direct' ? `direct:${call.actor.user}` : call.place.channel,
  thread: where === 'direct' ? null : (call.place.thread ?? null),
});

/** The verb as it is listed, not the alias that was typed: filters of the audit find it. */
const toAuditHead = (call: Call, command: AnyCommand) => ({
  deliveryKey: call.deliveryKey,
  actor: call.actor,
  place: call.place,
  via: call.via,
  verb: command.verb,
});

/** Input as it may be written down: a command's secret fields are left out, dates become text. */
const toRecordable = (command: AnyCommand, input: unknown): Json => {
  const plain = JSON.parse(JSON.stringify(input ?? null)) as Json;
  if (plain === null || typeof plain !== 'object' || Array.isArray(plain)) return plain;
  return Object.fromEntries(Object.entries(plain).filter(([key]) => !command.redact?.includes(key)));
};

const explainLostCard = (verdict: 'lost' | 'missing'): Refusal =>
  verdict === 'lost'
    ? refuse(
        'stale-card',
        'Somebody pressed this before you, so your press did nothing. The card shows what runs now.',
      )
    : refuse('stale-card', 'That card is gone. Ask again with `/acuops health`.');
