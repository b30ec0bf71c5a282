/** A log that keeps its lines for a test to read. */
import { createLogger, type Logger } from '../../src/runtime/logger.ts';
import { createRedactor } from '../../src/runtime/redact.ts';

export interface KeptLog {
  readonly log: Logger;
  readonly lines: string[];
}

export const createKeptLog = (secrets: readonly string[] = []): KeptLog => {
  const lines: string[] = [];
  const log = createLogger({
    level: 'debug',
    redactor: createRedactor({ secrets: () => secrets }),
    stream: { write: (line) => lines.push(line) },
  });
  return { log, lines };
};
