import { expect, it } from 'vitest';
import { createResolveHost, parseHostsFile } from '../../src/runtime/resolve-host.ts';

it('reads names from a hosts file, comments and several names a line included', () => {
  const text =
    '127.0.0.1 localhost\n# 10.0.0.9 erp.example\n10.0.0.1\terp.example ERP2.example # vpn\nfd00::1 erp.example\nbroken erp.example\n';
  expect(parseHostsFile(text, 'erp.example')).toEqual(['10.0.0.1', 'fd00::1']);
  expect(parseHostsFile(text, 'erp2.example')).toEqual(['10.0.0.1']);
  expect(parseHostsFile(text, 'vpn')).toEqual([]);
});

it('knows localhost without asking and says when a name does not exist', async () => {
  const resolve = createResolveHost();
  expect(await resolve('LocalHost')).toContain('127.0.0.1');
  await expect(resolve('no-such-name.invalid')).rejects.toMatchObject({
    code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|ETIMEOUT)$/),
  });
});
