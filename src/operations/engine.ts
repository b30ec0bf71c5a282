/** Moves operations: one leased step or item at a time, each outcome written under its fence. Loops, timers and queues are `jobs`' business. */
import { AcuopsError, isFenced, toMessage } from '../errors.ts';
import type { LongCommand } from './command.ts';
import type { Json, JsonObject } from './json.ts';
import { mapStrings } from './map-strings.ts';
import type { Item, Operation, StepOutcome } from './operation.ts';
import type { EngineStore, SaveStep } from './ports.ts';
import { toExitCode } from './refusal.ts';
import type { CommandList } from './words.ts';

/** While items are open the join step looks this often, for the card's progress. */
const progressMs = 2_000;
const firstRetryMs = 500;
const lastRetryMs = 30_000;
/** A step that throws this often is broken, not unlucky: the operation fails with a reference. */
const mostFailures = 8;

export interface EngineParts {
  readonly store: EngineStore;
  readonly commands: CommandList;
  readonly now: () => Date;
  readonly hint: (operationId: string) => void;
  /** Takes secrets out of what outside systems said, before it is stored or drawn. */
  readonly redact: (text: string) => string;
  readonly log: (level: 'warn' | 'error', line: string, detail: object) => void;
}

export interface Engine {
  /** Runs one step of a claimed operation and saves it. `again` means it was woken meanwhile. Never throws for a step's own trouble. */
  readonly advance: (operation: Operation, signal: AbortSignal) => Promise<'again' | 'idle'>;
  readonly runItem: (item: Item, operation: Operation, signal: AbortSignal) => Promise<void>;
}

export const createEngine = (parts: EngineParts): Engine => ({
  advance: async (operation, signal) => {
    let save: SaveStep;
    try {
      save = toSave(
        operation,
        mapStrings(await runStep(parts, operation, signal), parts.redact),
        parts.now(),
      );
    } catch (error) {
      if (isFenced(error)) return 'idle';
      save = toRetry(operation, error, signal.aborted, parts);
    }
    try {
      return (await parts.store.saveStep(operation, save)) === 'woken' ? 'again' : 'idle';
    } catch (error) {
      if (!isFenced(error)) throw error;
      return 'idle';
    }
  },
  runItem: async (item, operation, signal) => {
    const command = findLong(parts.commands, operation);
    const remainingMs = item.deadlineAt.getTime() - parts.now().getTime();
    const deadline = AbortSignal.timeout(Math.max(0, remainingMs));
    try {
      if (!command.items) throw new Error(`${operation.verb} declares no items`);
      const result = await command.items({
        operation,
        item,
        now: parts.now,
        signal: AbortSignal.any([signal, deadline]),
      });
      const { lastOne } = await parts.store.finishItem(item, mapStrings(result, parts.redact));
      if (lastOne) parts.hint(operation.id);
    } catch (error) {
      if (isFenced(error)) return;
      if (!signal.aborted)
        parts.log('warn', 'an item failed and will be tried again', {
          operation: operation.spokenId,
          item: item.key,
          error,
        });
      await parts.store.releaseItem(item, signal.aborted ? 0 : toRetryMs(item.attempt));
    }
  },
});

const findLong = (commands: CommandList, operation: Operation): LongCommand<unknown> => {
  const command = commands.find(operation.verb);
  if (command?.kind !== 'long')
    throw new AcuopsError({
      code: 'broken',
      message: `operation ${operation.spokenId} has verb "${operation.verb}", which this version does not carry out`,
      say: 'This version of the desk does not know that command.',
    });
  return command;
};

const runStep = async (
  parts: EngineParts,
  operation: Operation,
  signal: AbortSignal,
): Promise<StepOutcome> => {
  const step = findLong(parts.commands, operation).steps[operation.step];
  if (!step)
    throw new AcuopsError({
      code: 'broken',
      message: `${operation.verb} has no step "${operation.step}"`,
      say: 'This version of the desk does not know that step.',
    });
  return step({ operation, now: parts.now, signal, items: () => parts.store.readItems(operation.id) });
};

const nothingNew = { newItems: [], itemsDeadline: null, audit: null, exit: null } as const;

const toSave = (operation: Operation, outcome: StepOutcome, now: Date): SaveStep => {
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

const toRetryMs = (attempt: number): number =>
  Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(attempt, 8)) * (0.5 + Math.random() / 2);

/** Counts failures of one step in a row in its memory; an orderly stop hands the step back without counting. */
const toRetry = (operation: Operation, error: unknown, stopping: boolean, parts: EngineParts): SaveStep => {
  const { failures: before = 0, ...memory } = operation.memory as JsonObject & { failures?: number };
  const failures = stopping ? Number(before) : Number(before) + 1;
  const lasting = error instanceof AcuopsError && error.code === 'broken';
  if (!stopping)
    parts.log('error', 'a step failed', {
      operation: operation.spokenId,
      step: operation.step,
      failures,
      error,
    });
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
      audit: { failed: toMessage(error).slice(0, 300) },
    };
  }
  const waitMs = stopping ? 0 : toRetryMs(failures);
  return {
    ...nothingNew,
    state: 'open',
    step: operation.step,
    memory: { ...memory, failures },
    dueAt: new Date(parts.now().getTime() + waitMs),
    redraw: false,
  };
};
