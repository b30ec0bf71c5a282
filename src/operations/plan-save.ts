/** What a step's outcome or failure changes in its operation's row. Pure but for the spread of retries. */
import { AcuopsError, isAway, toMessage } from '../errors.ts';
import type { Json } from './json.ts';
import type { Operation, StepOutcome } from './operation.ts';
import type { SaveStep } from './ports.ts';
import { toExitCode } from './refusal.ts';

/** While items are open the join step looks this often, for the card's progress. */
const progressMs = 2_000;
const firstRetryMs = 500;
const lastRetryMs = 30_000;
/** A step that throws this often is broken, not unlucky: the operation fails with a reference. */
const mostFailures = 8;
/** How often the step threw in a row; kept in the memory, hidden from the step. */
export const failuresKey = '$failures';

const nothingNew = { newItems: [], itemsDeadline: null, audit: null, exit: null } as const;

export const toSave = (operation: Operation, outcome: StepOutcome, now: Date): SaveStep => {
  switch (outcome.kind) {
    case 'done':
      return {
        ...nothingNew,
        state: 'done',
        step: operation.step,
        memory: {},
        result: outcome.result,
        exit: outcome.exit,
        dueAt: null,
        redraw: true,
        audit: { exit: outcome.exit },
      };
    case 'refuse':
      return {
        ...nothingNew,
        state: 'refused',
        step: operation.step,
        memory: {},
        exit: toExitCode(outcome.refusal.reason),
        dueAt: null,
        redraw: true,
        result: { refused: outcome.refusal.reason, say: outcome.refusal.say },
        audit: { refused: outcome.refusal.reason },
      };
    case 'next':
      return {
        ...nothingNew,
        state: 'open',
        step: outcome.step,
        memory: outcome.memory,
        result: outcome.result,
        dueAt: now,
        redraw: outcome.result !== undefined,
      };
    case 'wait':
      return {
        ...nothingNew,
        state: 'open',
        step: operation.step,
        memory: outcome.memory,
        result: outcome.result,
        dueAt: outcome.until,
        redraw: outcome.result !== undefined,
      };
    case 'fan':
      return {
        ...nothingNew,
        state: 'open',
        step: outcome.step,
        memory: outcome.memory,
        result: outcome.result,
        newItems: outcome.items,
        itemsDeadline: outcome.deadline,
        dueAt:
          outcome.items.length === 0
            ? now
            : new Date(Math.min(outcome.deadline.getTime(), now.getTime() + progressMs)),
        redraw: true,
      };
  }
};

export const toRetryMs = (attempt: number): number =>
  Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(attempt, 8)) * (0.5 + Math.random() / 2);

/** Counts failures of one step in a row; an orderly stop and a store that is away are not the step's fault. */
export const toRetry = (
  operation: Operation,
  error: unknown,
  given: {
    readonly now: () => Date;
    readonly redact: (text: string) => string;
    readonly stopping: boolean;
  },
): SaveStep => {
  const blameless = given.stopping || isAway(error);
  const before = Number(operation.memory[failuresKey] ?? 0);
  const failures = blameless ? before : before + 1;
  const lasting = error instanceof AcuopsError && error.code === 'broken' && !error.retryable;
  if (failures >= mostFailures || lasting) {
    const say = error instanceof AcuopsError ? error.say : 'Something broke.';
    const result: Json = { failed: `${say} Reference ${operation.spokenId}.` };
    return {
      ...nothingNew,
      state: 'failed',
      step: operation.step,
      memory: {},
      result,
      exit: 4,
      dueAt: null,
      redraw: true,
      audit: { failed: given.redact(toMessage(error)).slice(0, 300) },
    };
  }
  const waitMs = blameless ? 0 : toRetryMs(failures);
  return {
    ...nothingNew,
    state: 'open',
    step: operation.step,
    memory: { ...operation.memory, [failuresKey]: failures },
    dueAt: new Date(given.now().getTime() + waitMs),
    redraw: false,
  };
};
