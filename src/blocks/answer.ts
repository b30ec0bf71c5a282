/** Private answers from lines of text: the same lines for Slack and the terminal, the data beside them for `--json`. */
import type { Answer } from '../operations/command.ts';
import type { Json } from '../operations/json.ts';
import type { ExitCode } from '../operations/refusal.ts';
import { limits } from './limit-figures.ts';
import { context, fitLines, type MessageFile, renderMessage, section } from './message.ts';

export interface AnswerInput {
  /** mrkdwn whose foreign parts are escaped; the first line is the verdict. */
  readonly lines: readonly string[];
  /** Small print below. */
  readonly foot?: string;
  readonly data: Json;
  readonly exit?: ExitCode;
  readonly secret?: string;
  readonly audit?: Json;
  /** Of `Answer`. */
  readonly targetId?: string | null;
  readonly file?: MessageFile;
  /** Where the rest is when the lines do not fit. */
  readonly rest?: string;
}

export const answerLines = (input: AnswerInput): Answer => {
  const { text } = fitLines(
    input.lines,
    limits.sectionText,
    (left) => `… and ${left} more lines: ${input.rest ?? 'use the terminal with --json'}`,
  );
  return {
    kind: 'answer',
    message: renderMessage(
      input.lines[0] ?? '',
      [section(text), input.foot === undefined ? null : context(input.foot)],
      input.file,
    ),
    data: input.data,
    exit: input.exit ?? 0,
    ...(input.secret === undefined ? {} : { secret: input.secret }),
    ...(input.audit === undefined ? {} : { audit: input.audit }),
    ...(input.targetId === undefined ? {} : { targetId: input.targetId }),
  };
};
