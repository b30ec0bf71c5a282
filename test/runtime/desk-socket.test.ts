import { expect, it } from 'vitest';
import { toDeskSocket } from '../../src/runtime/desk-socket.ts';

it('lies in the data folder', () => {
  expect(toDeskSocket('/data/desk', 'linux')).toBe('/data/desk/desk.sock');
  expect(toDeskSocket('/data/desk', 'win32')).toMatch(/^\\\\\.\\pipe\\acuops-[0-9a-f]{24}$/u);
  expect(toDeskSocket('/data/a', 'win32')).not.toBe(toDeskSocket('/data/b', 'win32'));
});

it('names a path that the system would not take, and what to set', () => {
  const fits = `/${'d'.repeat(107 - '//desk.sock'.length)}`;
  expect(Buffer.byteLength(toDeskSocket(fits, 'linux'))).toBe(107);
  expect(() => toDeskSocket(`${fits}x`, 'linux')).toThrow(/has 108 bytes, at most 107/u);
  expect(() => toDeskSocket(fits, 'darwin')).toThrow(/at most 103/u);
});
