/** `help [command]`: what you may ask for, and how one command is written. */
import { z } from 'zod';
import { answerLines } from '../../blocks/answer.ts';
import { escapeLine } from '../../blocks/escape.ts';
import { type AnyCommand, defineCommand } from '../../operations/command.ts';
import { findDenied, mayAsk } from '../../operations/denial.ts';
import {
  type CommandList,
  longestLine,
  parseTyped,
  toCode,
  toField,
  toUsage,
} from '../../operations/words.ts';
import type { Grant } from '../../policy/access.ts';

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
        const command = list.findTyped(topic);
        return command
          ? explain(command, list, grants)
          : list.explainUnknown(topic, (one) => mayAsk(one, grants));
      }
      const allowed = list.all.filter((command) => mayAsk(command, grants));
      return answerLines({
        lines: [
          'What you can ask for:',
          ...allowed.map((command) => `• ${toCode(command.verb)}: ${escapeLine(command.summary)}`),
        ],
        foot: sayFoot(via, grants),
        data: allowed.map((command) => ({
          verb: command.verb,
          aliases: [...command.aliases],
          summary: command.summary,
          usage: toUsage(command),
        })),
      });
    },
  });

/** A client's own people come from another workspace, where the slash command is not known. */
const sayFoot = (via: string, grants: readonly Grant[]): string => {
  const how = `${toCode('/acuops help <command>')} explains one`;
  if (via !== 'slack') return how;
  return grants.every(({ role }) => role === 'contact')
    ? `Mention the bot and write ${toCode('help <command>')}: it explains one`
    : `${how} · in a thread, mention the bot instead of the slash command`;
};

/** What is not included of a command that is: judged by its example and its switches. */
const sayDenied = (command: AnyCommand, list: CommandList, grants: readonly Grant[]): readonly string[] => {
  if (!mayAsk(command, grants)) return ['Your role does not include it; an admin can change that.'];
  const example = parseTyped(command.example, list);
  const switches = Object.entries(command.words.flags).filter(([, { kind }]) => kind === 'switch');
  const inputs = [
    ...(example.kind === 'parsed' ? [example.value.input] : []),
    ...switches.map(([name]) => ({ [toField(name)]: true })),
  ];
  const denied = findDenied(command, inputs, grants).map((words) => toCode(words));
  return denied.length === 0
    ? []
    : [`Your role does not include ${denied.join(' or ')}; an admin can change that.`];
};

const explain = (command: AnyCommand, list: CommandList, grants: readonly Grant[]) => {
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
      ...sayDenied(command, list, grants),
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
