/** Rows of operations and items as the values the rules know. */
import type { Selectable } from 'kysely';
import type { Place } from '../operations/call.ts';
import type { JsonObject } from '../operations/json.ts';
import type { Item, Operation, OperationState } from '../operations/operation.ts';
import type { ExitCode } from '../operations/refusal.ts';
import type { Scope } from '../operations/scope.ts';
import type { Tables } from './tables.ts';

/** The columns were written from these very types, so reading them back is a naming, not a check. */
export const toOperation = (row: Selectable<Tables['operations']>): Operation => ({
  id: row.id,
  spokenId: row.spoken_id,
  verb: row.verb,
  input: row.input,
  actor: { team: row.actor_team, user: row.actor_user },
  place: row.place as unknown as Place,
  scope: row.scope as unknown as Scope,
  state: row.state as OperationState,
  step: row.step,
  memory: row.memory as JsonObject,
  result: row.result,
  exit: row.exit as ExitCode | null,
  fence: row.fence,
  wakeSeq: row.wake_seq,
  deadlineAt: row.deadline_at,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});

export const toItem = (row: Selectable<Tables['operation_items']>): Item => ({
  operationId: row.operation_id,
  key: row.key,
  limitKey: row.limit_key,
  input: row.input,
  fence: row.fence,
  attempt: row.attempt,
  deadlineAt: row.deadline_at,
});
