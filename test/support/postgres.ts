/**
 * A database of its own for each test file, from the one server that `postgres-global.ts` started. Migrations are
 * brought by the caller, once per run, through `ensureTemplate`.
 */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Ends connections that are still open. */
  readonly drop: () => Promise<void>;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** From `postgres-global.ts`, or TEST_DATABASE_URL. */
    postgresUrl: string;
  }
}

const namePattern = /^[a-z][a-z0-9_]{0,62}$/;

const readServerUrl = (): string => {
  const url = inject('postgresUrl') as string | undefined;
  if (url === undefined) {
    throw new Error(
      'no test database: the vitest config needs globalSetup: ["test/support/postgres-global.ts"]',
    );
  }
  return url;
};

const toDatabaseUrl = (database: string): string => {
  const url = new URL(readServerUrl());
  url.pathname = `/${database}`;
  return url.href;
};

/** Names go into statements as they are, so nothing but plain ones is let through. */
const checkName = (name: string): string => {
  if (!namePattern.test(name)) throw new Error(`database name "${name}" must match ${namePattern.source}`);
  return name;
};

const asAdmin = async <T>(work: (admin: Client) => Promise<T>): Promise<T> => {
  const admin = new Client({ connectionString: readServerUrl() });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
};

const isReady = async (admin: Client, name: string): Promise<boolean> => {
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [
    name,
  ]);
  return rowCount === 1;
};

/**
 * Builds the template unless it is there; one process builds, the others wait. On a server that outlives the run
 * (TEST_DATABASE_URL) it stays, so the name must change with what `build` makes, for instance by its hash.
 */
export const ensureTemplate = (name: string, build: (url: string) => Promise<void>): Promise<void> =>
  asAdmin(async (admin) => {
    checkName(name);
    await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`template ${name}`]);
    if (await isReady(admin, name)) return;
    // Not marked as a template: what a killed or failed build left.
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    await build(toDatabaseUrl(name));
    await admin.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
  });

/** Empty, or a copy of the template. */
export const createTestDatabase = async (template = 'template0'): Promise<TestDatabase> => {
  checkName(template);
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const drop = async (): Promise<void> => {
    await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  };
  return { url: toDatabaseUrl(name), drop };
};
