/** A user without a name must not keep the desk from starting. */
import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { readLocalUser } from '../../src/runtime/local-user.ts';

it('is the name that the machine knows', () => {
  expect(readLocalUser()).toBe(userInfo().username);
});

it('is the number where the machine knows no name', () => {
  const nameless = () => {
    throw new Error('ENOENT: no such file or directory, uv_os_get_passwd');
  };
  expect(readLocalUser(nameless)).toBe(`uid-${process.getuid?.()}`);
});
