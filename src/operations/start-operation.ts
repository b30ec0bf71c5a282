/** A command that takes time: its operation is written down, or the one that runs already is joined; a card shows it. */
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
import type { LongCommand } from './command.ts';
import type { Operation } from './operation.ts';
import type { NewRecord } from './ports.ts';
import type { Receipt } from './receipt.ts';

/** Writes once, in one statement. null, and nothing written, where something is in the way: `startOrJoin` sees what. */
export const startAlone = async (
  admitted: Admitted,
  command: LongCommand<unknown>,
): Promise<Receipt | null> => {
  const { parts, call, tx, where } = admitted;
  const card = call.place.kind === 'terminal' ? null : { place: toCardPlace(call, where), for: call.actor };
  const operation = await parts.store.record(tx, toRecord(admitted, command, card));
  return operation && { kind: 'started', operation, joined: false, where };
};

/** In a transaction. @throws AcuopsError `taken` where it ended and began anew at each look */
export const startOrJoin = async (admitted: Admitted, command: LongCommand<unknown>): Promise<Receipt> => {
  const { parts, call, tx, where } = admitted;
  const lost = await loseCard(admitted, command);
  if (lost) return lost;
  const { operation, joined } = await createOrJoin(admitted, command);
  // A picture that this place may not show never takes over the place's card.
  const cardMoves =
    call.card?.takeOver && where === 'place'
      ? await parts.store.takeOverCard(tx, call.card.id, operation)
      : 'superseded';
  if (cardMoves === 'superseded' && call.place.kind !== 'terminal')
    await parts.store.addCard(tx, operation.id, toCardPlace(call, where), call.actor);
  return { kind: 'started', operation, joined, where };
};

/** The one that is joined may end between two looks; then there is room for a new one. */
const createOrJoin = async (
  admitted: Admitted,
  command: LongCommand<unknown>,
): Promise<{ readonly operation: Operation; readonly joined: boolean }> => {
  const { parts, tx, call } = admitted;
  for (let look = 0; look < 3; look += 1) {
    const record = toRecord(admitted, command, null);
    const created = await parts.store.record(tx, record);
    if (created) return { operation: created, joined: false };
    const { joinKey } = record.operation;
    const running = joinKey === null ? null : await parts.store.findOpenByJoinKey(tx, joinKey);
    if (running) {
      await parts.store.appendAudit(tx, { ...record.audit, event: 'joined', operationId: running.id });
      return { operation: running, joined: true };
    }
  }
  throw createTakenError(`delivery ${call.deliveryKey}`);
};

const toRecord = (admitted: Admitted, command: LongCommand<unknown>, card: NewRecord['card']): NewRecord => {
  const { parts, call, input, scope, targetId } = admitted;
  return {
    operation: {
      ...toNewOperation(admitted, command),
      id: createId(parts.now().getTime()),
      spokenId: createSpokenId(),
      state: 'open',
      step: command.firstStep,
      deadlineMs: command.deadlineMs,
      answer: null,
      exit: null,
    },
    audit: {
      ...toAuditHead(call, command),
      event: 'asked',
      targetId,
      detail: {
        input: toRecordable(command, input),
        scope: scope.kind === 'all' ? 'all' : [...scope.targetIds],
      },
    },
    card,
  };
};
