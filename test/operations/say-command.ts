/** `say`: answers at once with what was said and a secret; `say wrong` is refused, and counts how often it ran. */
import { type AnyCommand, defineCommand } from '../../src/operations/command.ts';
import { refuse } from '../../src/operations/refusal.ts';
import { WorkInput } from './spine.ts';

export const defineSay = (): AnyCommand => {
  let wrongs = 0;
  return defineCommand({
    kind: 'now',
    verb: 'say',
    aliases: ['tell'],
    summary: 'Says something',
    words: { positionals: [], rest: { name: 'what', about: 'anything' }, flags: {} },
    example: 'say hello',
    input: WorkInput,
    permission: () => 'operate',
    effect: 'record',
    asks: () => ({ kind: 'none' }),
    run: async (_, { what }) => {
      if (what === 'wrong') {
        wrongs += 1;
        return refuse('conflict', `Wrong, ${wrongs} times.`);
      }
      return {
        kind: 'answer',
        message: { text: what, blocks: [] },
        data: { what },
        exit: 1,
        secret: 'shown once',
      };
    },
  });
};
