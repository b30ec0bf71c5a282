/** What goes to stdout, the answer and nothing else, and what goes to stderr, everything said beside it. */
import type { Outcome } from './outcome.ts';

export interface Terminal {
  readonly stdout: { readonly write: (text: string) => unknown };
  readonly stderr: { readonly write: (text: string) => unknown };
  /** A person is looking: progress may be drawn. */
  readonly isTty: boolean;
}

/** Names and texts of others must not move the cursor, ring or retitle the window. */
export const toSafeText = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what must go
  text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/gu, '');

export const printText = (terminal: Terminal, outcome: Outcome): void => {
  const answer = outcome.text.trimEnd();
  // A refusal is no answer: scripts that read stdout must not take it for one.
  const refused = outcome.state === 'refused' || outcome.state === 'unavailable';
  if (answer !== '') (refused ? terminal.stderr : terminal.stdout).write(`${toSafeText(answer)}\n`);
  if (outcome.say !== undefined && outcome.say !== outcome.text) note(terminal, outcome.say);
  if (outcome.secret !== undefined) terminal.stdout.write(`${toSafeText(outcome.secret)}\n`);
};

export const printJson = (terminal: Terminal, outcome: Outcome): void => {
  const { operation, state, exit, data, say, secret } = outcome;
  const text = JSON.stringify({ operation, state, exit, say, data, secret }, null, 2);
  // JSON escapes the lower control characters by itself, not the upper ones.
  terminal.stdout.write(
    `${text.replaceAll(/[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`,
  );
};

export const note = (terminal: Terminal, text: string): void =>
  void terminal.stderr.write(`${toSafeText(text)}\n`);
