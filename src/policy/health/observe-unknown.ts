/** Turns a fact that could not be had into an observation: always unknown, never the client's fault, always with what to do. */
import type { Criterion, Fact, Observation, UnknownReason } from './facts.ts';

const nextSteps: Readonly<Record<UnknownReason, string>> = {
  // A refused token and a repository out of sight can look alike from here; doctor looks at both.
  'no-access':
    "an admin: ask doctor, then renew the token or the App key, give access, or correct the repository's name",
  // The moment beside its words names the time.
  'rate-limited': 'check again after that',
  unavailable: 'check again; if it stays, look at the status page of that service',
  malformed: 'check again; if it stays, tell the keeper of the desk',
  'timed-out': 'check again',
  'not-configured': 'an admin: complete the client (edit-client), or ask doctor what the desk itself lacks',
  'held-back': 'check again in some minutes',
};

/** There is no fact whose age could be told, so the moment of asking stands for it. */
export const observeUnknown = (
  criterion: Criterion,
  fact: Extract<Fact<never>, { kind: 'unknown' }>,
  now: Date,
  subject?: string,
): Observation => ({
  criterion,
  verdict: 'unknown',
  cause: fact.reason,
  say: fact.say,
  next: nextSteps[fact.reason],
  url: null,
  observedAt: now,
  subject,
  ...(fact.until === undefined ? {} : { moment: { word: 'until', at: fact.until } as const }),
});
