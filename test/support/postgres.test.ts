/** The test databases themselves: apart from each other, copied from a template that is built once. */
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, ensureTemplate } from './postgres.ts';

const run = async (url: string, text: string): Promise<number> => {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rowCount ?? 0;
  } finally {
    await client.end();
  }
};

describe('test databases', () => {
  it('are apart, and gone after the drop even with a connection open', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await run(one.url, 'CREATE TABLE mark ()');
    await expect(run(two.url, 'TABLE mark')).rejects.toThrow('relation "mark" does not exist');
    const open = new Client({ connectionString: one.url });
    open.on('error', () => undefined);
    await open.connect();
    await Promise.all([one.drop(), two.drop()]);
    await expect(run(one.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('copy a template that several files ask for and one builds', async () => {
    const name = `template_${process.pid}_${Date.now()}`;
    let built = 0;
    const build = async (url: string): Promise<void> => {
      built += 1;
      await run(url, 'CREATE TABLE mark AS SELECT 1 AS one');
    };
    await Promise.all([ensureTemplate(name, build), ensureTemplate(name, build)]);
    const copies = await Promise.all([createTestDatabase(name), createTestDatabase(name)]);
    for (const copy of copies) {
      expect(await run(copy.url, 'TABLE mark')).toBe(1);
      await copy.drop();
    }
    expect(built).toBe(1);
  });

  it('do not trust a template whose build failed', async () => {
    const name = `broken_${process.pid}_${Date.now()}`;
    const fail = async (url: string): Promise<void> => {
      await run(url, 'CREATE TABLE half ()');
      throw new Error('build failed');
    };
    await expect(ensureTemplate(name, fail)).rejects.toThrow('build failed');
    await ensureTemplate(name, async (url) => void (await run(url, 'CREATE TABLE whole AS SELECT 1')));
    const copy = await createTestDatabase(name);
    expect(await run(copy.url, 'TABLE whole')).toBe(1);
    await copy.drop();
  });
});
