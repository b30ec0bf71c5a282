/** A command that is answered at once: run, then written down with its answer in one statement, and its card where the answer goes by message. */
import { createTakenError } from '../errors.ts';
import { createId, createSpokenId } from '../runtime/ids.ts';
import {
  type Admitted,
  loseCard,
  toAuditHead,
  toCardPlace,
  toNewOperation,
  toRecordable,
} from './admitted.ts';
import type { Answer, NowCommand, NowContext } from './command.ts';
import type { Json } from './json.ts';
import { mapStrings } from './map-strings.ts';
import type { Operation } from './operation.ts';
import type { NewAuditRow, NewOperation, StoredAnswer } from './ports.ts';
import type { Receipt } from './receipt.ts';
import { type Refusal, toExitCode } from './refusal.ts';

/** @throws AcuopsError `taken` where somebody wrote the same delivery meanwhile: what `run` wrote must go too */
export const answerNow = async (admitted: Admitted, command: NowCommand<unknown>): Promise<Receipt> => {
  const { parts, call, tx, input, targetId, where } = admitted;
  const lost = await loseCard(admitted, command);
  if (lost) return lost;
  const now = parts.now();
  const ids = { id: createId(now.getTime()), spokenId: createSpokenId() };
  const named = { operationId: ids.id, spokenId: ids.spokenId, now };
  const raw = await command.run({ ...toContext(admitted), ...named }, input);
  const answer =
    raw.kind === 'answer'
      ? { ...raw, message: mapStrings(raw.message, parts.redact), data: mapStrings(raw.data, parts.redact) }
      : raw;
  // An answer that the place may not see goes to the actor's DM, by the same outbox as every card.
  // So does one with a file, which a private line in a channel cannot carry.
  const delivered = call.via === 'slack' && hasFile(answer) ? 'direct' : where;
  const byCard = answer.kind === 'answer' && delivered === 'direct' && call.place.kind !== 'terminal';
  const actedOn = { targetId: targetId ?? findActedOn(answer) };
  const operation = await parts.store.record(tx, {
    operation: { ...toNewOperation(admitted, command), ...ids, ...toEnd(answer), ...actedOn },
    audit: { ...toAudit(admitted, command, answer), ...actedOn },
    card: byCard ? { place: toCardPlace(call, delivered), for: call.actor } : null,
  });
  if (!operation) throw createTakenError(`delivery ${call.deliveryKey}`);
  return answer.kind === 'refused'
    ? { kind: 'refused', refusal: answer, operation }
    : { kind: 'answered', operation, answer, where: delivered };
};

const hasFile = (answer: Answer | Refusal): boolean =>
  answer.kind === 'answer' && (answer.message.file ?? answer.file) !== undefined;

const toContext = ({
  call,
  tx,
  scope,
  targetId,
  grants,
  audience,
}: Admitted): Omit<NowContext, 'operationId' | 'spokenId' | 'now'> => ({
  tx,
  actor: call.actor,
  place: call.place,
  via: call.via,
  scope,
  targetId,
  grants,
  audience,
  pressed: call.pressed ?? null,
});

/** What `answerNow` wrote down, read back from an operation of such a command: its own writing, so a naming and not a check. */
export const readAnswer = ({ result }: Operation): StoredAnswer | null =>
  result as unknown as StoredAnswer | null;

const findActedOn = (answer: Answer | Refusal): string | null =>
  answer.kind === 'answer' ? (answer.targetId ?? null) : null;

const toEnd = (
  answer: Answer | Refusal,
): Pick<NewOperation, 'state' | 'step' | 'deadlineMs' | 'answer' | 'exit'> => ({
  step: 'answered',
  deadlineMs: null,
  ...(answer.kind === 'refused'
    ? {
        state: 'refused',
        answer: { message: null, data: { refused: answer.reason, say: answer.say } },
        exit: toExitCode(answer.reason),
      }
    : {
        state: 'done',
        answer: { message: answer.message, data: answer.data, file: answer.file },
        exit: answer.exit,
      }),
});

const toAudit = (
  { call, input }: Admitted,
  command: NowCommand<unknown>,
  answer: Answer | Refusal,
): Omit<NewAuditRow, 'operationId' | 'targetId'> => {
  const outcome: Record<string, Json> =
    answer.kind === 'refused' ? { reason: answer.reason } : { changed: answer.audit ?? null };
  return {
    ...toAuditHead(call, command),
    event: answer.kind === 'refused' ? 'refused' : 'answered',
    detail: { input: toRecordable(command, input), ...outcome },
  };
};
