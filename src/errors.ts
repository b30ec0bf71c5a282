/** The family of errors. A person reads `say`; the log reads `message` and `cause`; code decides by `code` and `retryable`. */

export type ErrorCode =
  | 'config'
  | 'usage'
  | 'conflict'
  | 'fenced'
  | 'taken'
  | 'store-unavailable'
  | 'slack'
  | 'github'
  | 'acumatica'
  | 'registry'
  | 'broken';

export interface ErrorDetail {
  readonly code: ErrorCode;
  /** For the log: names the thing, the value and what was allowed. */
  readonly message: string;
  /** Safe for people: no secrets, no stack, one or two sentences. */
  readonly say: string;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** Anything that went wrong and that we can name. Expected answers are not errors: they are `Refusal` values. */
export class AcuopsError extends Error {
  override readonly name = 'AcuopsError';
  readonly code: ErrorCode;
  readonly say: string;
  readonly retryable: boolean;

  constructor(detail: ErrorDetail) {
    super(detail.message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = detail.code;
    this.say = detail.say;
    this.retryable = detail.retryable ?? false;
  }
}

/** The write came from a worker whose lease was taken over; its work must stop without a trace. */
export const createFencedError = (what: string): AcuopsError =>
  new AcuopsError({
    code: 'fenced',
    message: `lost the lease of ${what}`,
    say: 'Another worker took over.',
    retryable: true,
  });

/** Somebody wrote the same at this moment; done again, it sees what they wrote. */
export const createTakenError = (what: string, cause?: unknown): AcuopsError =>
  new AcuopsError({
    code: 'taken',
    message: `${what} was written by another at the same moment`,
    say: 'Somebody asked the same at this moment. Ask again.',
    retryable: true,
    cause,
  });

export const isTaken = (error: unknown): boolean => error instanceof AcuopsError && error.code === 'taken';

export const isFenced = (error: unknown): boolean => error instanceof AcuopsError && error.code === 'fenced';

export const isAway = (error: unknown): boolean =>
  error instanceof AcuopsError && error.code === 'store-unavailable';

export const toMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
