/** `help [verb]`: what you may ask for, and how one command is written. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { type AnyCommand, defineCommand, type Permission } from '../../operations/command.ts';
import { type CommandList, longestLine, toCode, toUsage } from '../../operations/words.ts';
import { decideRights, type Grant } from '../../policy/access.ts';

export interface HelpPowers {
  /** Asked late: help is itself in the list. */
  readonly commands: () => CommandList;
}

export const defineHelp = (powers: HelpPowers): AnyCommand =>
  defineCommand({
    kind: 'now',
    verb: 'help',
    aliases: ['?'],
    summary: 'What you can ask for; with a command, how it is written',
    words: { positionals: [{ name: 'topic', about: 'a command' }], flags: {} },
    example: 'help health',
    input: z.strictObject({
      topic: z.string().trim().toLowerCase().max(40, 'is too long for a command').optional(),
    }),
    permission: () => 'ask-status',
    effect: 'none',
    asks: () => ({ kind: 'none' }),
    run: async ({ grants, via }, { topic }) => {
      const list = powers.commands();
      if (topic !== undefined) {
        const command = list.find(topic);
        return command && !command.hidden ? explain(command, grants) : list.explainUnknown(topic);
      }
      const allowed = list.all.filter((command) => isAllowed(command, grants));
      return answerLines({
        lines: [
          'What you can ask for:',
          ...allowed.map((command) => `• ${toCode(command.verb)}: ${escapeLine(command.summary)}`),
        ],
        foot: `${toCode('/acuops help <verb>')} explains one${via === 'slack' ? ' · in a thread, mention the bot instead of the slash command' : ''}`,
        data: allowed.map((command) => ({
          verb: command.verb,
          aliases: [...command.aliases],
          summary: command.summary,
          usage: toUsage(command),
        })),
      });
    },
  });

/** What the command needs at least: its permission with the plainest input, where that input is lawful. */
const isAllowed = (command: AnyCommand, grants: readonly Grant[]): boolean => {
  const plain = command.input.safeParse({});
  const needed: Permission = command.permission(plain.success ? plain.data : {});
  const rights = decideRights(grants, needed);
  return rights.kind === 'all' || rights.targetIds.length > 0;
};

const explain = (command: AnyCommand, grants: readonly Grant[]) => {
  const given = [...command.words.positionals, ...(command.words.rest ? [command.words.rest] : [])];
  const words = given.map((word) => `• ${toCode(word.name)}: ${word.about}`);
  const optional = given.filter((word) => !word.required).map((word) => `[${word.name}]`);
  const flags = Object.entries(command.words.flags).map(
    ([name, flag]) => `• ${toCode(`--${name}`)}: ${flag.about}`,
  );
  const usage = toUsage(command);
  const also =
    command.aliases.length > 0 ? [`Also: ${command.aliases.map((word) => toCode(word)).join(', ')}`] : [];
  return answerLines({
    lines: [
      `${toCode(command.verb)}: ${escapeLine(command.summary)}`,
      `Usage: ${toCode(usage, longestLine)}`,
      ...words,
      ...flags,
      `Example: ${toCode(`/acuops ${command.example}`, longestLine)}`,
      ...also,
      ...(isAllowed(command, grants) ? [] : ['Your role does not include it; an admin can change that.']),
    ],
    ...(optional.length === 0 ? {} : { foot: `${toCode(optional.join(' '))} may be left out.` }),
    data: {
      verb: command.verb,
      aliases: [...command.aliases],
      summary: command.summary,
      usage,
      example: command.example,
    },
  });
};
