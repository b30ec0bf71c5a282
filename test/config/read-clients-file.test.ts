/** The registry file on a real disk: read, missing, or why it cannot be read. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readClientsFile } from '../../src/config/read-clients-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acuops-'));
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  [
    'text as it stands',
    async (path: string) => writeFile(path, 'version: 1\nclients: [] # Größe\n'),
    { kind: 'read', text: 'version: 1\nclients: [] # Größe\n' },
  ],
  ['nothing there', async () => undefined, { kind: 'missing' }],
  [
    'other bytes than UTF-8',
    async (path: string) => writeFile(path, Buffer.from([0x66, 0xff, 0xfe])),
    { kind: 'unreadable', why: 'it is no UTF-8 text' },
  ],
  [
    'a huge one',
    async (path: string) => {
      await writeFile(path, '');
      await truncate(path, 5_000_000_000);
    },
    { kind: 'unreadable', why: 'it is larger than 4 MB' },
  ],
])('%s', async (what, make, expected) => {
  const path = join(folder, what);
  await make(path);
  expect(await readClientsFile(path)).toEqual({ path, ...expected });
});

it('says of a folder that it is one', async () => {
  expect(await readClientsFile(folder)).toEqual({ kind: 'unreadable', path: folder, why: 'it is a folder' });
});
