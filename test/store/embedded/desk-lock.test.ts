/** The lock of a data folder: one holder, dead holders replaced by exactly one rival, a reused process id no holder. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeDeskLock } from '../../../src/store/embedded/desk-lock.ts';
import { readIdentity } from '../../../src/store/embedded/process-facts.ts';

let home: string;
let path: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'acuops-lock-'));
  path = join(home, 'desk.lock');
});

afterEach(() => rm(home, { recursive: true, force: true }));

const countTaken = async (rivals: number): Promise<number> => {
  const attempts = Array.from({ length: rivals }, () => takeDeskLock(path));
  return (await Promise.allSettled(attempts)).filter(({ status }) => status === 'fulfilled').length;
};

describe('the lock of a data folder', () => {
  it('has one holder, until it is released', async () => {
    const lock = await takeDeskLock(path);
    await expect(takeDeskLock(path)).rejects.toThrow(`process id ${process.pid}`);
    await lock.release();
    await (await takeDeskLock(path)).release();
    expect(await readdir(home)).toEqual([]);
  });

  it('goes to exactly one of many at once', async () => {
    expect(await countTaken(12)).toBe(1);
  });

  it.each([
    ['of a dead process', JSON.stringify({ pid: 2_147_483_647, started: '', token: 'dead' })],
    [
      'of a process whose id was given anew',
      JSON.stringify({ ...readIdentity(process.pid), started: 'x', token: 'y' }),
    ],
    ['that nobody can read', '{'],
  ])('%s goes to exactly one of many rivals', async (_, text) => {
    for (let round = 0; round < 20; round += 1) {
      await writeFile(path, text);
      expect(await countTaken(8)).toBe(1);
    }
  });

  it('goes to exactly one although an earlier rival died half-way', async () => {
    const dead = { pid: 2_147_483_647, started: '' };
    for (let round = 0; round < 20; round += 1) {
      await writeFile(path, JSON.stringify({ ...dead, token: `dead-${round}` }));
      await writeFile(`${path}.after-dead-${round}`, JSON.stringify({ ...dead, token: `rival-${round}` }));
      expect(await countTaken(8)).toBe(1);
    }
  });

  it('is not released by a holder who lost it', async () => {
    const lock = await takeDeskLock(path);
    await writeFile(path, 'another');
    await lock.release();
    expect(await readFile(path, 'utf8')).toBe('another');
  });
});
