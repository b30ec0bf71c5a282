/** Moves operations: one leased step or item at a time, each outcome written under its fence. Loops, timers and queues are `jobs`' business. */
import { setTimeout as wait } from 'node:timers/promises';
import { AcuopsError, isAway, isFenced } from '../errors.ts';
import type { LongCommand } from './command.ts';
import type { Json } from './json.ts';
import { mapStrings } from './map-strings.ts';
import { offer } from './offer.ts';
import type { Item, Operation, StepOutcome } from './operation.ts';
import { failuresKey, toRetry, toRetryMs, toSave } from './plan-save.ts';
import type { EngineStore, SaveStep } from './ports.ts';
import type { CommandList } from './words.ts';

/** Steps are short; one that hangs is given up and tried again, and its late writes are fenced. */
const longestStepMs = 60_000;
/** What an item gets beyond its deadline to notice that it has passed. */
const itemGraceMs = 1_000;

export interface EngineParts {
  readonly store: EngineStore;
  readonly commands: CommandList;
  readonly now: () => Date;
  readonly hint: (operationId: string) => void;
  /** Takes secrets out of what outside systems said, before it is stored or drawn. */
  readonly redact: (text: string) => string;
  readonly log: (level: 'warn' | 'error', line: string, detail: object) => void;
  /** Default 60 s. */
  readonly stepMs?: number;
}

export interface Engine {
  /**
   * Runs one step of a claimed operation and saves it. `again` means it was woken meanwhile. Never throws for a step's own trouble.
   * While the store is away the result is kept and offered again, until `signal` ends it.
   */
  readonly advance: (operation: Operation, signal: AbortSignal) => Promise<'again' | 'idle'>;
  /** Carries one item out and saves its answer, or hands it back: after trouble, and whenever `signal` stopped it. */
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
      if (!signal.aborted)
        parts.log('error', 'a step failed', { operation: operation.spokenId, step: operation.step, error });
      save = toRetry(operation, error, { ...parts, stopping: signal.aborted });
    }
    try {
      return (await offer(() => parts.store.saveStep(operation, save), signal)) === 'woken'
        ? 'again'
        : 'idle';
    } catch (error) {
      if (!isFenced(error)) throw error;
      return 'idle';
    }
  },
  runItem: async (item, operation, signal) => {
    const remainingMs = Math.max(0, item.deadlineAt.getTime() - parts.now().getTime());
    // Past the deadline nobody asks for the result any more.
    const patience = AbortSignal.any([signal, AbortSignal.timeout(remainingMs + itemGraceMs)]);
    try {
      const result = await carryOut(parts, item, operation, signal, remainingMs);
      // Told to stop, an item answers as if its time were up. That is no fact about the world, so another worker asks again.
      signal.throwIfAborted();
      const { lastOne } = await offer(
        () => parts.store.finishItem(item, mapStrings(result, parts.redact)),
        patience,
      );
      if (lastOne) parts.hint(operation.id);
    } catch (error) {
      if (isFenced(error)) return;
      if (!signal.aborted)
        parts.log('warn', 'an item failed and will be tried again', {
          operation: operation.spokenId,
          item: item.key,
          error,
        });
      const dueInMs = signal.aborted || isAway(error) ? 0 : toRetryMs(item.attempt);
      await offer(() => parts.store.releaseItem(item, dueInMs), patience);
    }
  },
});

const carryOut = async (
  parts: EngineParts,
  item: Item,
  operation: Operation,
  signal: AbortSignal,
  remainingMs: number,
): Promise<Json> => {
  const command = findLong(parts.commands, operation);
  if (!command.items) throw new Error(`${operation.verb} declares no items`);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(remainingMs)]);
  return orThrow(
    command.items({ operation, item, now: parts.now, signal: deadline }),
    remainingMs + itemGraceMs,
    `item ${item.key} goes on after its deadline`,
  );
};

/** The work itself is not stopped: it was told by its signal, and what it writes later is fenced. */
const orThrow = async <T>(work: Promise<T>, boundMs: number, what: string): Promise<T> => {
  const late = new AbortController();
  try {
    return await Promise.race([
      work,
      wait(boundMs, undefined, { signal: late.signal }).then(() => {
        throw new Error(what);
      }),
    ]);
  } finally {
    late.abort();
  }
};

const findLong = (commands: CommandList, operation: Operation): LongCommand<unknown> => {
  const command = commands.find(operation.verb);
  if (command?.kind !== 'long')
    throw new AcuopsError({
      code: 'broken',
      message: `operation ${operation.spokenId} has verb "${operation.verb}", which this version does not carry out`,
      say: 'This version of the desk does not know that command.',
      // While versions change, a worker of the newer one may take it.
      retryable: true,
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
      retryable: true,
    });
  const stepMs = parts.stepMs ?? longestStepMs;
  const { [failuresKey]: _, ...memory } = operation.memory;
  return orThrow(
    step({
      operation: { ...operation, memory },
      now: parts.now,
      signal: AbortSignal.any([signal, AbortSignal.timeout(stepMs)]),
      items: () => parts.store.readItems(operation.id),
    }),
    stepMs,
    `step ${operation.step} of ${operation.verb} did not end within ${stepMs} ms`,
  );
};
