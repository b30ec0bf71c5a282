/** Private answers from lines of text: the same lines for Slack and the terminal, the data beside them for `--json`. */
import type { Answer } from '../operations/command.ts';
import type { Json } from '../operations/json.ts';
import { type ExitCode, type Refusal, refuse } from '../operations/refusal.ts';
import { longestLine, toCode } from '../operations/words.ts';
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

/** With their foot they stay below what Slack takes in sum. */
const mostSections = 3;

/** Whole lines, as many as a few sections hold; the last one says how many are left. */
const toTexts = (lines: readonly string[], sayRest: (left: number) => string): readonly string[] => {
  const texts: string[] = [];
  let from = 0;
  while (texts.length < mostSections - 1) {
    let to = from;
    let length = -1;
    for (let line = lines[to]; line !== undefined; line = lines[to]) {
      length += line.length + 1;
      if (length > limits.sectionText) break;
      to += 1;
    }
    // A line that no section holds is left to `fitLines`, which says so.
    if (to === from || to === lines.length) break;
    texts.push(lines.slice(from, to).join('\n'));
    from = to;
  }
  return [...texts, fitLines(lines.slice(from), limits.sectionText, sayRest).text];
};

export const answerLines = (input: AnswerInput): Answer => {
  const texts = toTexts(
    input.lines,
    (left) => `… and ${left} more lines: ${input.rest ?? 'use the terminal with --json'}`,
  );
  return {
    kind: 'answer',
    message: renderMessage(
      input.lines[0] ?? '',
      [...texts.map((text) => section(text)), input.foot === undefined ? null : context(input.foot)],
      input.file,
    ),
    data: input.data,
    exit: input.exit ?? 0,
    ...(input.secret === undefined ? {} : { secret: input.secret }),
    ...(input.audit === undefined ? {} : { audit: input.audit }),
    ...(input.targetId === undefined ? {} : { targetId: input.targetId }),
  };
};

/** Words that do not go together, in sentences of our own, and one whole line that works. */
export const refuseWords = (lines: readonly string[], example: string): Refusal =>
  refuse('usage', [...lines, `Example: ${toCode(`/acuops ${example}`, longestLine)}`].join('\n'));
