/** The list of what can be asked from a terminal, made from the commands' own definitions. */
import type { CliHelp } from '../operations/cli-protocol.ts';
import { type CommandList, toUsage } from '../operations/words.ts';

export const toCliHelp = (commands: CommandList): CliHelp => ({
  commands: commands.all
    .filter(({ only }) => only !== 'slack')
    .map((command) => ({
      verb: command.verb,
      aliases: [...command.aliases],
      usage: toUsage(command).replace(/^\/acuops /u, ''),
      summary: command.summary,
      example: command.example,
    })),
});
