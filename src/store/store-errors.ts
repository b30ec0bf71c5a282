/** Foreign errors of Postgres and its driver, translated here and nowhere else: away, or wrong. */
import { DatabaseError } from 'pg';
import { AcuopsError, createTakenError, isTaken } from '../errors.ts';

/** Classes 08, 53 and 57 of SQLSTATE, and errors of the connection itself: the store is away, not wrong. */
export const toStoreError = (error: unknown): unknown => {
  if (error instanceof AcuopsError || !(error instanceof Error)) return error;
  const code =
    error instanceof DatabaseError ? (error.code ?? '') : ((error as { code?: string }).code ?? '');
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
