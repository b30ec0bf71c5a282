// Gives every name that Slack would give: message timestamps, view and file ids, trigger ids.
// Random where a bot keeps them as keys, so that two pretend Slacks on one database do not meet.
import { randomBytes, randomUUID } from 'node:crypto';

export interface Ids {
  /** A message timestamp: later than every one before it, however the clock stands. */
  readonly ts: () => string;
  readonly id: (prefix: string) => string;
  readonly triggerId: () => string;
  readonly hash: () => string;
  readonly envelopeId: () => string;
}

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const draw = (count: number): string =>
  Array.from(randomBytes(count), (byte) => letters[byte % letters.length] ?? '0').join('');

export const createIds = (now: () => number): Ids => {
  let lastMicros = 0;
  return {
    ts: () => {
      lastMicros = Math.max(lastMicros + 1, Math.floor(now()) * 1000);
      const seconds = Math.floor(lastMicros / 1_000_000);
      return `${seconds}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
    },
    id: (prefix) => `${prefix}${draw(9)}`,
    triggerId: () =>
      `${now()}.${parseInt(randomBytes(4).toString('hex'), 16)}.${randomBytes(16).toString('hex')}`,
    hash: () => `${Math.floor(now() / 1000)}.${draw(8)}`,
    envelopeId: () => randomUUID(),
  };
};
