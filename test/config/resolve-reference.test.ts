import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOwnReferenceReader } from '../../src/config/read-config.ts';
import { parseReference } from '../../src/config/reference.ts';
import { createReferenceReader } from '../../src/config/resolve-reference.ts';

const fingerprintKey = Buffer.alloc(32, 7);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acuops-reference-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const readerOf = (env: Record<string, string | undefined> = {}, key: Uint8Array = fingerprintKey) =>
  createReferenceReader({ env, readFile: async (path) => readFile(path), fingerprintKey: key });

const fingerprintOf = async (value: string, key?: Uint8Array): Promise<string> => {
  const read = await readerOf({ ACU_P: value }, key).read('env:ACU_P');
  return read.kind === 'read' ? read.fingerprint : read.say;
};

test('reads a variable as it is', async () => {
  expect(await readerOf({ ACU_P: ' a b ' }).read('env:ACU_P')).toMatchObject({
    kind: 'read',
    value: ' a b ',
  });
});

test('reads a file at every call anew, without its last line break', async () => {
  const path = join(folder, 'password');
  const reader = readerOf();
  await writeFile(path, 'one\r\n');
  const before = await reader.read(`file:${path}`);
  await writeFile(path, 'two\n\n');
  const after = await reader.read(`file:${path}`);
  expect([before, after]).toMatchObject([
    { kind: 'read', value: 'one' },
    { kind: 'read', value: 'two\n' },
  ]);
  expect(before.kind === 'read' && after.kind === 'read' && before.fingerprint !== after.fingerprint).toBe(
    true,
  );
});

test('the fingerprint is of the value and of this installation, and tells nothing of the value', async () => {
  const first = await fingerprintOf('hunter2');
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await fingerprintOf('hunter2')).toBe(first);
  expect(await fingerprintOf('hunter3')).not.toBe(first);
  expect(await fingerprintOf('hunter2', Buffer.alloc(32, 8))).not.toBe(first);
  expect(() => readerOf({}, Buffer.alloc(31))).toThrow('shorter than 32 bytes');
});

describe('what cannot be read is said, by reference and reason', () => {
  test('a variable', async () => {
    const reader = readerOf({ ACU_EMPTY: '', ACU_NUL: 'a\0b' });
    expect(await reader.read('env:ACU_NONE')).toEqual({
      kind: 'unreadable',
      say: 'env:ACU_NONE: the variable is not set',
    });
    expect(await reader.read('env:toString')).toMatchObject({ kind: 'unreadable' });
    expect(await reader.read('env:ACU_EMPTY')).toEqual({
      kind: 'unreadable',
      say: 'env:ACU_EMPTY: it is empty',
    });
    expect(await reader.read('env:ACU_NUL')).toMatchObject({ say: 'env:ACU_NUL: it holds a NUL character' });
  });
  test('a file', async () => {
    const reader = readerOf();
    await writeFile(join(folder, 'large'), 'x'.repeat(65_537));
    await writeFile(join(folder, 'bytes'), Buffer.from([0xff, 0xfe, 0x41]));
    expect(await reader.read(`file:${folder}/none`)).toEqual({
      kind: 'unreadable',
      say: `file:${folder}/none: there is no such file`,
    });
    expect(await reader.read(`file:${folder}`)).toMatchObject({ say: `file:${folder}: it is a folder` });
    expect(await reader.read(`file:${folder}/large`)).toMatchObject({
      say: `file:${folder}/large: the file is larger than 64 KB`,
    });
    expect(await reader.read(`file:${folder}/bytes`)).toMatchObject({
      say: `file:${folder}/bytes: it holds no text`,
    });
  });
  test('a secret in the place of its reference is not repeated', async () => {
    const read = await readerOf().read('hunter2');
    expect(read).toEqual({ kind: 'unreadable', say: 'the credential is not a usable reference' });
  });
});

test('the desk reads its own environment', async () => {
  const [name = ''] = Object.keys(process.env).filter(
    (key) => /^[A-Z]+$/.test(key) && key !== 'HOST' && key !== 'PORT',
  );
  const read = await createOwnReferenceReader(fingerprintKey).read(`env:${name}`);
  expect(read).toMatchObject({ kind: 'read', value: process.env[name] });
});

test.each([
  ['env:ACU_P', true],
  ['env:_x', true],
  ['env:1X', false],
  ['env: X', false],
  ['ENV:X', false],
  ['env:SLACK_APP_TOKEN', false],
  ['env:Slack_App_Token', false],
  ['file:/run/secrets/p w', true],
  ['file:run/secrets', false],
  ['file:/', false],
  ['file:/run/../etc/shadow', false],
  ['file://proc/self/environ', false],
  ['file:/proc/self/environ', false],
  ['file:/processes/x', true],
  ['file:/a\nb', false],
  [`file:/${'x'.repeat(500)}`, false],
  ['', false],
])('%j as a reference: %s', (text, isReference) => {
  expect(parseReference(text).kind === 'parsed').toBe(isReference);
});
