/** A file that is kept nowhere: its rows are read again wherever it is handed out, page by page, so that nothing else waits for the whole. */
import { readAnswer } from './answer-now.ts';
import type { AnyCommand } from './command.ts';
import type { Json } from './json.ts';
import type { Message } from './message.ts';
import type { Operation } from './operation.ts';
import type { Receipt } from './receipt.ts';

interface RowFile {
  readonly rows: readonly Json[];
  readonly file: NonNullable<Message['file']>;
}

/** null where the operation's answer has none. */
export const readRowFile = async (
  command: AnyCommand | undefined,
  operation: Operation,
): Promise<RowFile | null> => {
  const stored = readAnswer(operation);
  if (command?.kind !== 'now' || !command.readRows || !stored?.file) return null;
  const rows: Json[] = [];
  const lines: string[] = [];
  for await (const page of command.readRows(operation)) {
    rows.push(...page);
    lines.push(...page.map((row) => JSON.stringify(row)));
  }
  return { rows, file: { ...stored.file, content: lines.join('\n') } };
};

/** For who reads the answer itself, and gets no card: its file, and the rows in its data. */
export const addRows = async (command: AnyCommand, receipt: Receipt): Promise<Receipt> => {
  if (receipt.kind !== 'answered') return receipt;
  const { operation, answer } = receipt;
  const found = await readRowFile(command, operation);
  if (found === null) return receipt;
  const data: Json = { ...(answer.data as { readonly [key: string]: Json }), rows: found.rows };
  return { ...receipt, answer: { ...answer, data, message: { ...answer.message, file: found.file } } };
};
