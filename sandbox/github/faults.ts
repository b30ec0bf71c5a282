/** Failures on purpose: which request meets which, and how often. The front carries them out. */

export interface FaultMatch {
  /** Left out: any method. */
  readonly method?: string;
  /** The path without its query; `*` in a string stands for anything. */
  readonly path: string | RegExp;
  /** How often; left out: until cleared. */
  readonly times?: number;
}

export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'secondary-limit'; readonly status: 403 | 429; readonly retryAfterSeconds: number }
  /** The answer is cut in half: valid headers, broken JSON. */
  | { readonly kind: 'malformed-json' }
  /** The request is taken and never answered, nor acted on. */
  | { readonly kind: 'silence' }
  /** The request is acted on and the connection is cut before the answer. */
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'slow'; readonly ms: number };

export interface GitHubFaults {
  status(
    match: FaultMatch,
    status: number,
    detail?: { message?: string; headers?: Readonly<Record<string, string>> },
  ): void;
  secondaryLimit(match: FaultMatch, retryAfterSeconds: number, status?: 403 | 429): void;
  malformedJson(match: FaultMatch): void;
  silence(match: FaultMatch): void;
  loseAnswer(match: FaultMatch): void;
  slow(match: FaultMatch, ms: number): void;
  clear(): void;
}

const messages: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by integration',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

const toExpression = (path: string | RegExp): RegExp => {
  if (path instanceof RegExp) return path;
  const parts = path.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'u');
};

/** `take` gives the first fault laid for a request and counts it down. */
export const createFaults = (): {
  readonly faults: GitHubFaults;
  take(method: string, path: string): Fault | undefined;
} => {
  let laid: { method: string | undefined; expression: RegExp; left: number; fault: Fault }[] = [];
  const lay = (match: FaultMatch, fault: Fault): void => {
    laid.push({
      method: match.method,
      expression: toExpression(match.path),
      left: match.times ?? Number.POSITIVE_INFINITY,
      fault,
    });
  };
  return {
    take: (method, path) => {
      const found = laid.find(
        (one) => (one.method ?? method) === method && one.left > 0 && one.expression.test(path),
      );
      if (!found) return undefined;
      found.left -= 1;
      return found.fault;
    },
    faults: {
      status: (match, status, detail = {}) => {
        const message = detail.message ?? messages[status] ?? 'Error';
        lay(match, { kind: 'status', status, message, headers: detail.headers ?? {} });
      },
      secondaryLimit: (match, retryAfterSeconds, status = 403) => {
        lay(match, { kind: 'secondary-limit', status, retryAfterSeconds });
      },
      malformedJson: (match) => lay(match, { kind: 'malformed-json' }),
      silence: (match) => lay(match, { kind: 'silence' }),
      loseAnswer: (match) => lay(match, { kind: 'lose-answer' }),
      slow: (match, ms) => lay(match, { kind: 'slow', ms }),
      clear: () => {
        laid = [];
      },
    },
  };
};
