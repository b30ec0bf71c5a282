/** Short connections of the embedded server to itself: is this the server of our folder, and has it our database. */
import { resolve } from 'node:path';
import { Client } from 'pg';
import { databaseName } from './cluster.ts';

export interface Address {
  readonly port: number;
  readonly password: string;
}

export const toUrl = ({ port, password }: Address, database = databaseName): string =>
  `postgres://${databaseName}:${password}@127.0.0.1:${port}/${database}`;

const withClient = async <T>(address: Address, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: toUrl(address, 'postgres'), connectionTimeoutMillis: 5000 });
  // A server that dies under an open connection reports it here too; the query rejects anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** Whether a server answers there with our password and works on exactly this folder. */
export const answersFor = async (address: Address, pgData: string): Promise<boolean> => {
  try {
    return await withClient(address, async (client) => {
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      const answered = rows[0]?.data_directory;
      return answered !== undefined && resolve(answered) === pgData;
    });
  } catch {
    return false;
  }
};

export const ensureDatabase = (address: Address): Promise<void> =>
  withClient(address, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  });
