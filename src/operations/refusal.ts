/** Expected answers of the negative kind, as values. The same reasons in Slack, CLI and HTTP; exit codes follow from them. */

export type RefusalReason =
  | 'usage'
  | 'unknown-verb'
  | 'denied'
  | 'not-found'
  | 'conflict'
  | 'stale-card'
  | 'already-running'
  | 'stopped'
  | 'unavailable'
  | 'terminal-only'
  | 'slack-only';

export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** One to three short sentences for a person: what happened, what is allowed, what to do. Slack mrkdwn, already escaped. */
  readonly say: string;
}

export const refuse = (reason: RefusalReason, say: string): Refusal => ({ kind: 'refused', reason, say });

/** CLI exit codes: 0 healthy or done, 1 failing, 2 usage, 3 denied, 4 unknown or unavailable. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

export const toExitCode = (reason: RefusalReason): ExitCode => {
  switch (reason) {
    case 'usage':
    case 'unknown-verb':
      return 2;
    case 'denied':
      return 3;
    case 'conflict':
    case 'stale-card':
    case 'already-running':
      return 1;
    case 'not-found':
    case 'stopped':
    case 'unavailable':
    case 'terminal-only':
    case 'slack-only':
      return 4;
  }
};
