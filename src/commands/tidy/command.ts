/** `tidy`: takes out what nobody needs any more, in small bites; audit, operations and checks are never touched. Asked by the desk's timer only. */
import { z } from 'zod';
import { renderMessage, section } from '../../blocks/message.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import type { Step } from '../../operations/operation.ts';

export interface TidyPowers {
  /** Items of operations that were finished before; answers how many went, at most `limit`. */
  readonly removeItems: (finishedBefore: Date, limit: number) => Promise<number>;
  /** GitHub's answers that were not fetched since; likewise. */
  readonly removeAnswers: (fetchedBefore: Date, limit: number) => Promise<number>;
}

const dayMs = 86_400_000;
const keepItemsMs = 30 * dayMs;
const keepAnswersMs = 60 * dayMs;
/** A bite stays far below the statement's time limit. */
const bite = 2_000;

const Tidied = z.object({ items: z.number().default(0), answers: z.number().default(0) });

const sayTidied = ({ items, answers }: z.infer<typeof Tidied>): string =>
  `Tidied: ${items} parts of finished operations and ${answers} answers of GitHub are gone.`;

export const defineTidy = (powers: TidyPowers): AnyCommand =>
  defineCommand({
    kind: 'long',
    verb: 'tidy',
    aliases: [],
    hidden: true,
    summary: 'Take out what nobody needs any more',
    words: { positionals: [], flags: {} },
    example: 'tidy',
    input: z.strictObject({ due: z.iso.datetime() }),
    permission: () => 'tend',
    effect: 'record',
    asks: () => ({ kind: 'desk' }),
    joinKey: () => 'tidy',
    firstStep: 'remove',
    deadlineMs: null,
    steps: { remove: remove(powers) },
    render: async ({ operation }) => {
      const text = sayTidied(Tidied.parse(operation.result ?? {}));
      return renderMessage(text, [section(text)]);
    },
    toJson: (operation) => operation.result,
  });

const remove =
  (powers: TidyPowers): Step =>
  async ({ operation, now }) => {
    const before = Tidied.parse(operation.memory);
    const items = await powers.removeItems(new Date(now().getTime() - keepItemsMs), bite);
    const answers = await powers.removeAnswers(new Date(now().getTime() - keepAnswersMs), bite);
    const sum = { items: before.items + items, answers: before.answers + answers };
    return items === bite || answers === bite
      ? { kind: 'next', step: 'remove', memory: sum }
      : { kind: 'done', result: sum, exit: 0 };
  };
