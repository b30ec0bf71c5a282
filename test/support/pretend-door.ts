/** A request door written by hand for tests of its edges: it remembers what it was asked, answers a delivery once, and keeps operations that a test finishes. */
import { z } from 'zod';
import { toPlainMrkdwn, toPlainText } from '../../src/blocks/plain.ts';
import type { OperationPicture, WaitFor } from '../../src/http/cli-watch.ts';
import { type Call, formatActor } from '../../src/operations/call.ts';
import { type AnyCommand, defineCommand } from '../../src/operations/command.ts';
import type { Operation } from '../../src/operations/operation.ts';
import { refuse } from '../../src/operations/refusal.ts';
import type { Receipt, RequestDoor } from '../../src/operations/request.ts';
import { createCommandList } from '../../src/operations/words.ts';

export const plain = { message: toPlainText, mrkdwn: toPlainMrkdwn };

const define = (verb: string, only?: AnyCommand['only']): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb,
    aliases: verb === 'ping' ? ['p'] : [],
    summary: `does ${verb}`,
    words: {
      positionals: [{ name: 'name', about: 'whom' }],
      flags: { loud: { kind: 'switch', about: 'louder' } },
    },
    example: `${verb} heritage`,
    input: z.unknown(),
    permission: () => 'look',
    effect: 'none',
    asks: () => ({ kind: 'none' }),
    run: () => Promise.reject(new Error('the pretend door answers itself')),
    ...(only ? { only } : {}),
  });

export const commands = createCommandList([
  define('ping'),
  define('work'),
  define('secret'),
  define('forbidden'),
  define('sick'),
  define('approve', 'slack'),
  define('stamp', 'button'),
]);

export interface PretendDoor {
  readonly door: RequestDoor;
  /** Every call that came, replays too. */
  readonly calls: Call[];
  /** How often something was really carried out. */
  readonly carriedOut: () => number;
  readonly waitFor: WaitFor;
  readonly finish: (spokenId: string, picture: OperationPicture) => void;
  /** Called before the door answers; may throw. */
  setBefore(before: (call: Call) => Promise<void> | void): void;
}

const spoken = ['7F3K2M', '8G4M3N', '9H5N4P'];

export const createPretendDoor = (): PretendDoor => {
  const calls: Call[] = [];
  const receipts = new Map<string, Receipt>();
  const owners = new Map<string, string>();
  const finished = new Map<string, OperationPicture>();
  const wakers = new Set<() => void>();
  let before: (call: Call) => Promise<void> | void = () => {};

  const carryOut = (call: Call): Receipt => {
    const spokenId = spoken[receipts.size % spoken.length] ?? '7F3K2M';
    owners.set(spokenId, formatActor(call.actor));
    return toReceipt(call, toOperation(call, spokenId));
  };

  return {
    calls,
    carriedOut: () => receipts.size,
    door: {
      request: async (call) => {
        calls.push(call);
        await before(call);
        const earlier = receipts.get(call.deliveryKey);
        if (earlier?.kind === 'answered') {
          const { secret: _, ...answer } = earlier.answer;
          return { ...earlier, answer };
        }
        const receipt = earlier ?? carryOut(call);
        receipts.set(call.deliveryKey, receipt);
        return receipt;
      },
    },
    waitFor: async (spokenId, actor, waitMs, signal) => {
      if (owners.get(spokenId) !== formatActor(actor)) return null;
      const end = performance.now() + waitMs;
      while (!finished.has(spokenId) && !signal.aborted && performance.now() < end)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.max(1, end - performance.now()));
          const wake = (): void => {
            clearTimeout(timer);
            resolve();
          };
          wakers.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      return (
        finished.get(spokenId) ?? {
          state: 'open',
          exit: null,
          message: { text: '3 of 8 looked at', blocks: [] },
          data: null,
        }
      );
    },
    finish: (spokenId, picture) => {
      finished.set(spokenId, picture);
      for (const wake of wakers) wake();
    },
    setBefore: (next) => {
      before = next;
    },
  };
};

const toOperation = (call: Call, spokenId: string): Operation => ({
  id: `id-${spokenId}`,
  spokenId,
  verb: call.verb,
  input: null,
  actor: call.actor,
  place: call.place,
  scope: { kind: 'all' },
  state: 'done',
  step: 'answered',
  memory: {},
  result: null,
  exit: null,
  fence: 0,
  wakeSeq: 0,
  deadlineAt: null,
  createdAt: new Date(0),
  finishedAt: null,
});

const toReceipt = (call: Call, operation: Operation): Receipt => {
  switch (call.verb) {
    case 'work':
      return { kind: 'started', operation, joined: false, where: 'place' };
    case 'forbidden':
      return { kind: 'refused', refusal: refuse('denied', 'You may not. Ask `/acuops help`.'), operation };
    case 'ping':
    case 'secret':
    case 'sick':
      return {
        kind: 'answered',
        operation,
        where: 'place',
        answer: {
          kind: 'answer',
          message: {
            text: '*pong* &amp; more',
            blocks: [],
            ...(call.verb === 'sick'
              ? { file: { name: 'all.txt', title: 'All of them', content: 'one\ntwo\n' } }
              : {}),
          },
          data: { pong: true },
          exit: call.verb === 'sick' ? 1 : 0,
          ...(call.verb === 'secret' ? { secret: 'shown-once' } : {}),
        },
      };
    default:
      return { kind: 'refused', refusal: commands.explainUnknown(call.verb), operation: null };
  }
};
