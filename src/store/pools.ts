/** Connection pools that outlive their server: a lost connection ends no process and is not handed out again. */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { isAway } from '../errors.ts';
import { isOldPlan, toStoreError } from './store-errors.ts';

/** A client says that it was lost by an event that ends the process unless somebody listens, at work as well as idle. */
export const keepAlive = (pool: Pool, onLost: (message: string) => void): void => {
  pool.on('error', (error) => onLost(error.message));
  // Whoever uses it hears of the loss by its query; the pool listens only while it is idle.
  pool.on('connect', (client) => client.on('error', () => undefined));
};

/** The pool takes a client back before it has noticed that its server hung up; here the last query's error tells. */
export const toSoundPool = (pool: Pool): PostgresPool => ({
  options: pool.options,
  connect: async () => toSoundClient(await pool.connect()),
  end: () => pool.end(),
});

/** What recurs is prepared once for each connection, so Postgres reads and plans it no more; lists of many lengths make texts that do not recur. */
const mostNamed = 200;
const mostSeen = 2_000;
const names = new Map<string, string>();
const seen = new Set<string>();

const toName = (text: string, values: readonly unknown[]): { name?: string } => {
  const known = names.get(text);
  if (known !== undefined) return { name: known };
  // Without values it may be a migration's several statements, which cannot be prepared.
  if (values.length === 0 || names.size >= mostNamed) return {};
  if (seen.delete(text)) names.set(text, `acuops_${names.size}`);
  else if (seen.size < mostSeen) seen.add(text);
  return {};
};

const toSoundClient = (client: PoolClient): PostgresPoolClient => {
  let lost = false;
  const query = async (text: string, values: unknown[]) => {
    try {
      return await client.query({ text, values, ...toName(text, values) });
    } catch (error) {
      lost ||= isAway(toStoreError(error)) || isOldPlan(error);
      throw error;
    }
  };
  return {
    // Cursors, the other form of a query, are used nowhere here.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || lost),
  };
};
