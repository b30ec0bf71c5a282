/** The log: one JSON object per line on stderr, cleaned of secrets and of anything that could fake a second line. What is worth a line is the caller's to judge. */
import { type Logger as Pino, pino } from 'pino';
import { AcuopsError } from '../errors.ts';
import type { Redactor } from './redact.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Values under names; an `error` field is written with type, code, message, stack and causes, and nothing else of it. */
export type LogFields = Readonly<Record<string, unknown>>;

type Write = (message: string, fields?: LogFields) => void;

export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** The process ends after this. */
  readonly fatal: Write;
  /** The same log with fields that every line of it carries. */
  readonly child: (fields: LogFields) => Logger;
}

export interface LogStream {
  readonly write: (line: string) => unknown;
}

export interface LoggerParts {
  readonly level: LogLevel;
  readonly redactor: Redactor;
  readonly stream?: LogStream;
}

export const createLogger = ({ level, redactor, stream = openStderr() }: LoggerParts): Logger => {
  const log = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: toPlainError },
    },
    { write: (line: string) => void stream.write(`${cleanLine(line, redactor)}\n`) },
  );
  return wrap(log);
};

const wrap = (log: Pino): Logger => {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error' | 'fatal'): Write =>
    (message, fields) =>
      log[level](fields ?? {}, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: (fields) => wrap(log.child(fields)),
  };
};

/** Nobody may be reading stderr any more; that must not end the desk. */
const openStderr = (): LogStream => {
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
  return process.stderr;
};
const ignore = (): void => {};

/** Cleaned by value, not as text: in the finished line quotes and line ends are escaped, and a secret that holds one would not be recognised. */
const cleanLine = (line: string, redactor: Redactor): string => {
  try {
    return JSON.stringify(neutralise(redactor.value(JSON.parse(line))));
  } catch (error) {
    // The raw line may hold a secret, so it is given up rather than shown.
    const kind = error instanceof Error ? error.name : typeof error;
    return JSON.stringify({
      level: 'error',
      time: new Date().toISOString(),
      msg: 'a log line was lost: it could not be cleaned of secrets',
      kind,
    });
  }
};

const neutralise = (value: unknown): unknown => {
  if (typeof value === 'string') return toOneLine(value);
  if (Array.isArray(value)) return value.map(neutralise);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [toOneLine(key), neutralise(entry)]));
};

/** JSON escapes line ends already, but readers of logs print the text behind the escapes. */
const toOneLine = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n\u0085\u2028\u2029]+\s*/gu, ' ⏎ ')
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what must go
    .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');

const deepestCause = 5;

/** Only these fields: libraries hang whole requests, with their headers, on their errors. */
const toPlainError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return error;
  const code = (error as { readonly code?: unknown }).code;
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error instanceof AcuopsError ? { retryable: error.retryable } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined || depth >= deepestCause
      ? {}
      : { cause: toPlainError(error.cause, depth + 1) }),
  };
};
