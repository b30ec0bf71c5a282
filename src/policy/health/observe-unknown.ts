/** Turns a fact that could not be had into an observation: always unknown, never the client's fault, always with what to do. */
import type { Criterion, Fact, Observation, UnknownReason } from './facts.ts';

const nextSteps: Readonly<Record<UnknownReason, string>> = {
  'no-access': 'give the desk read access to the repository, or correct its name in the registry',
  'rate-limited': 'wait some minutes, then check again',
  unavailable: 'check again; if it stays, look at the status page of that service',
  malformed: 'check again; if it stays, tell the keeper of the desk',
  'timed-out': 'check again',
  'not-configured': 'complete the client in the registry (edit-client)',
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
});
