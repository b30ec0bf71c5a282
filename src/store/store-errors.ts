/** Foreign errors of Postgres and its driver, translated here and nowhere else: away, or wrong. */
import { DatabaseError } from 'pg';
import { AcuopsError, createTakenError, isAway, isTaken } from '../errors.ts';

const toCode = (error: Error): string => (error as Error & { readonly code?: string }).code ?? '';

/** Classes 08, 53 and 57 of SQLSTATE, and errors of the connection itself: the store is away, not wrong. */
export const toStoreError = (error: unknown): unknown => {
  if (error instanceof AcuopsError || !(error instanceof Error)) return error;
  const code = toCode(error);
  const away =
    /^(?:08|53|57)/u.test(code) ||
    /^(?:ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ENOENT)/u.test(code) ||
    /connection terminated|timeout exceeded when trying to connect|query read timeout|Client has encountered a connection error|not queryable/iu.test(
      error.message,
    );
  if (!away) return error;
  return new AcuopsError({
    code: 'store-unavailable',
    message: `Postgres is away: ${error.message}`,
    say: 'The desk cannot reach its database, so nothing was started. Try again in a minute; if it lasts, the desk itself needs help.',
    retryable: true,
    cause: error,
  });
};

/** What a first contact fails by, as SQLSTATE, the system or the driver say it; what that means, and what to look at. */
const startTroubles: readonly (readonly [sign: RegExp, means: string, check: string])[] = [
  [/^28/u, 'refuses the user or the password', 'Check the user and the password in DATABASE_URL.'],
  [/^3D000/u, 'has no database of that name', 'Make it there, or name another one in DATABASE_URL.'],
  [
    /^42501/u,
    'lets this user make no tables',
    'Make the user the owner of the database, or grant it CREATE.',
  ],
  [/^53300/u, 'has no connection left', 'Raise its max_connections, or stop what holds them.'],
  [/^57P03/u, 'is just starting or stopping', 'Start the desk again in a minute.'],
  [
    /^ECONNREFUSED/u,
    'does not answer: nothing listens there',
    'Check that it runs, and host and port in DATABASE_URL.',
  ],
  [
    /^(?:ENOTFOUND|EAI_AGAIN)/u,
    'is not found: nobody here knows that host name',
    'Check the host in DATABASE_URL, and the name service of this machine.',
  ],
  [
    /\bSSL|\bTLS|certificate|CERT_|self-signed/u,
    'and the desk do not agree on TLS',
    'Check sslmode in DATABASE_URL against what the server offers.',
  ],
];

/** Whoever starts the desk can mend what somebody in Slack cannot, so they are told where it looked. `shown`: the address without user and password. */
export const toStartError = (error: unknown, shown: string): unknown => {
  const cause = error instanceof AcuopsError ? error.cause : error;
  if (!(cause instanceof Error)) return error;
  const signs = `${toCode(cause)} ${cause.message}`;
  const known = startTroubles.find(([sign]) => sign.test(signs));
  if (known === undefined && !isAway(toStoreError(cause))) return error;
  const [, means, check] = known ?? [
    null,
    'does not answer',
    'Check that it runs, host and port in DATABASE_URL, and that no firewall is between.',
  ];
  return new AcuopsError({
    code: 'store-unavailable',
    message: `the database ${shown} ${means}: ${cause.message}`,
    say: `The desk cannot start: its database ${shown} ${means}. ${check}`,
    cause,
  });
};

/** A table changed since this connection prepared its statement, as where a newer desk has migrated: a new connection prepares it anew. */
export const isOldPlan = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '0A000' && error.message.includes('cached plan');

/**
 * Lost to somebody at the same moment, with nothing written: one of two transactions that waited for each other, or the second
 * card of an operation in one place. Done again, it sees what the other one did.
 */
export const isLostRace = (error: unknown): boolean =>
  isTaken(error) ||
  isOldPlan(error) ||
  (error instanceof DatabaseError &&
    (error.code === '40P01' || (error.code === '23505' && error.constraint === 'cards_one_per_place')));

/** A second record of one delivery is a race, not a fault. */
export const toTaken = (error: unknown): unknown =>
  error instanceof DatabaseError &&
  error.code === '23505' &&
  error.constraint === 'audit_rows_delivery_key_key'
    ? createTakenError('the record of this delivery', error)
    : error;
