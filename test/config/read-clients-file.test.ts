/** The registry file on a real disk: read, missing, or why it cannot be read. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFileTrouble, readClientsFile } from '../../src/config/read-clients-file.ts';
import { readConfig, renderConfigFaults } from '../../src/config/read-config.ts';

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

it('is looked at before the start by the same rules', async () => {
  const path = join(folder, 'there');
  await writeFile(path, 'version: 1');
  expect(findFileTrouble(path)).toBeNull();
  expect(findFileTrouble(folder)).toBe('it is a folder');
  expect(findFileTrouble(join(folder, 'not there'))).toBe('there is no such file');
  expect(findFileTrouble(join(path, 'below'))).toBe('a part of its path is no folder');
  await truncate(path, 5_000_000_000);
  expect(findFileTrouble(path)).toBe('it is larger than 4 MB');
});

describe('the file that ACUOPS_CLIENTS names', () => {
  const slack = { SLACK_BOT_TOKEN: 'xoxb-bot-secret', SLACK_APP_TOKEN: 'xapp-app-secret' };
  const read = (env: Readonly<Record<string, string>>) =>
    readConfig({ env: { ...slack, ...env }, cwd: folder });
  const sayFaults = (env: Readonly<Record<string, string>>) => {
    const parsed = read(env);
    return parsed.kind === 'faulty' ? renderConfigFaults(parsed.faults) : '';
  };

  it('must be there: the fault says the variable, the path and why', async () => {
    expect(sayFaults({ ACUOPS_CLIENTS: 'registry.yaml' })).toContain(
      `  ACUOPS_CLIENTS is "registry.yaml". Allowed: the path of a registry file that the desk can read. ${join(folder, 'registry.yaml')}: there is no such file.\n`,
    );
    await writeFile(join(folder, 'registry.yaml'), 'broken: [');
    const parsed = read({ ACUOPS_CLIENTS: 'registry.yaml' });
    expect(parsed.kind === 'configured' && parsed.config.clientsFile).toEqual({
      path: join(folder, 'registry.yaml'),
      named: true,
    });
  });
  it('may be absent where nobody names one', () => {
    const parsed = read({});
    expect(parsed.kind === 'configured' && parsed.config.clientsFile).toEqual({
      path: join(folder, 'acuops-clients.yaml'),
      named: false,
    });
  });
  it('is told with the other faults, and without a secret that was put there by mistake', () => {
    const said = sayFaults({ PORT: 'x', ACUOPS_CLIENTS: 'xoxb-1234567890-abcdefghijkl' });
    expect(said).toContain('2 settings are not right');
    expect(said).not.toContain('abcdefghijkl');
  });
});
